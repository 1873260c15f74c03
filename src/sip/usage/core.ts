import type { Kernel } from '../../kernel/index.ts';
import { type Dialog, type DialogTable, nextHop } from '../dialog/index.ts';
import type { Request } from '../message/types.ts';
import type { ServerTransaction, TransactionLayer } from '../transaction/types.ts';
import type { Flow } from '../transport/types.ts';
import type { ReferStates } from './refer/explicit.ts';
import type { AgentOptions } from './types.ts';

/** What the usages of one user agent share. */
export interface Core {
  readonly kernel: Kernel;
  readonly transactions: TransactionLayer;
  readonly options: AgentOptions;
  readonly dialogs: DialogTable;
  /** What is open now. */
  readonly load: { sessions: number };
  /** What REFERs came to, for those who ask by themselves. */
  readonly refers: ReferStates;
  /** INVITEs without a final response, and what a CANCEL does to each (RFC 3261 §9.2). */
  readonly invitations: Map<ServerTransaction, (cancel: Request) => void>;
}

/** The flow for a request inside a dialog (§12.2.1.1, last paragraphs). */
export function flowFor({ options }: Core, dialog: Dialog): Flow {
  if (options.nextHop === undefined) return dialog.flow;
  const hop = nextHop(dialog.remoteTarget, dialog.routeSet);
  return hop === undefined ? dialog.flow : options.nextHop(hop, dialog.flow);
}
