import type { Field, Request, Response } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import type { Ending, Refusal } from '../types.ts';

/** What comes with an event of the session's table; each event brings its own part. */
export interface Occasion {
  /** A response to the INVITE: received (uac), or to be sent (uas). */
  readonly response?: Response;
  readonly refusal?: Refusal;
  /** The ACK. */
  readonly ack?: Request;
  /** The peer's BYE. */
  readonly bye?: ServerTransaction;
  /** For the CANCEL or BYE that follows. */
  readonly headers?: readonly Field[];
  readonly ending?: Ending;
}
