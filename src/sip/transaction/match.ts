import type { Request, Response } from '../message/index.ts';

/** Branches of RFC 3261 clients begin so (§8.1.1.7). */
export const cookie = 'z9hG4bK';

/** What a client transaction and its responses have in common (RFC 3261 §17.1.3). */
export function clientKey(message: Request | Response): string {
  return `${message.cseq.method} ${message.via.branch}`;
}

/** What a server transaction and repetitions of its request have in common; its ACK and CANCEL are asked for as `INVITE` (RFC 3261 §17.2.3, §9.2). */
export function serverKey(request: Request, method = request.method, toTag = request.toTag): string {
  const { via } = request;
  if (via.branch.startsWith(cookie)) return `${method} ${via.branch} ${via.host.toLowerCase()}:${via.port ?? ''}`;
  return oldKey(request, method, toTag);
}

/** Without the cookie, an RFC 2543 client: all of these must be the same (RFC 3261 §17.2.3). */
function oldKey(request: Request, method: string, toTag: string): string {
  const [via = ''] = request.headers.list('Via');
  const { uriText, fromTag, callId, cseq } = request;
  return [method, uriText, toTag, fromTag, callId, cseq.number, via].join('\n');
}

/** An RFC 2543 client's ACK carries the To tag of our response: the INVITE had it (inside a dialog) or had none (§17.2.3). */
export function ackKeys(ack: Request): readonly string[] {
  if (ack.via.branch.startsWith(cookie)) return [serverKey(ack, 'INVITE')];
  return [serverKey(ack, 'INVITE'), serverKey(ack, 'INVITE', '')];
}

/** What requests that came twice on different paths have in common (RFC 3261 §8.2.2.2); undefined: it cannot be a merged one. */
export function mergeKey(request: Request): string | undefined {
  if (request.toTag !== '' || request.method === 'CANCEL') return undefined;
  return [request.fromTag, request.callId, request.cseq.number, request.cseq.method].join('\n');
}
