import type { Field, Request } from '../../message/types.ts';
import type { Occasion } from './occasion.ts';
import type { Session } from './session.ts';

/** uac: gives up. The transaction holds the CANCEL back until a response came, and ends after 64*T1 (RFC 3261 §9.1). */
export function cancel(session: Session, headers: readonly Field[]): void {
  session.step('cancel', { headers, ending: { by: 'local', why: 'cancelled' } });
}

export function sendCancel({ client }: Session, { headers }: Occasion): void {
  client?.cancel(headers);
}

/** uas: the peer gave up. After a 2xx this means nothing: ACK and BYE will come (§9.2). */
export function cancelled(session: Session, request: Request): void {
  session.step('cancelled', { ending: { by: 'remote', why: 'cancelled', request } });
}
