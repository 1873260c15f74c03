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

/** What a branch of ours says of the request it was made for: 32 bits of its Request-URI (FNV-1a). */
export function uriMark(request: Request): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < request.uriText.length; at += 1)
    hash = Math.imul(hash ^ request.uriText.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/**
 * Whether a request has come back to who sent it, its Request-URI unchanged (RFC 3261 §16.3 step 4): one of its branches
 * begins with `mark` and was made for that URI. With another one it is a spiral, which is no loop.
 */
export function looped(request: Request, mark: string): boolean {
  for (const via of request.headers.lines('Via')) {
    if (!via.includes(mark)) continue;
    const own = uriMark(request);
    for (const [, made] of via.matchAll(new RegExp(`=${mark}[0-9a-f]+\\.([0-9a-z]+)`, 'g')))
      if (made === own) return true;
  }
  return false;
}
