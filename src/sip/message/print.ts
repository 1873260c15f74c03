import { fromLatin1 } from '../../kernel/index.ts';
import { HeaderLines } from './header-lines.ts';
import type { Message } from './types.ts';

/** The message's octets: lines in their order, names as given, folding gone, Content-Length made right or added. */
export function print(message: Message): Uint8Array {
  const length = String(message.body.length);
  const given = HeaderLines.from(message.headers);
  const right = given.get('content-length') === length && given.count('content-length') === 1;
  const headers = right ? given : given.with(nameOfLength(given), length);
  const head = fromLatin1(`${startLine(message)}\r\n${headers.print()}\r\n`);
  if (message.body.length === 0) return head;
  const bytes = new Uint8Array(head.length + message.body.length);
  bytes.set(head);
  bytes.set(message.body, head.length);
  return bytes;
}

function startLine(message: Message): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uriText} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reasonPhrase}`;
}

function nameOfLength(headers: HeaderLines): string {
  return headers.nameOf('content-length') ?? 'Content-Length';
}
