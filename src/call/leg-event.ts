import type { Leg } from './leg.ts';
import type { Cause, Party } from './party.ts';

/** What observers hear of legs, after the step. */
export type LegEvent =
  | { readonly event: 'leg.new' | 'leg.ringing' | 'leg.up' | 'leg.held' | 'leg.resumed'; readonly leg: Leg }
  /** Its place, its party or an early state of a caller's leg. */
  | { readonly event: 'leg.changed'; readonly leg: Leg }
  /** `left`: its phone ended it, not we. */
  | { readonly event: 'leg.gone'; readonly leg: Leg; readonly cause: Cause; readonly left: boolean };

export interface NewLeg {
  readonly direction: 'in' | 'out';
  readonly call: string;
  readonly account: string | undefined;
  /** Accounts that sent the call there. */
  readonly behalf?: readonly string[];
  readonly party: Party;
}
