import { fromLatin1 } from '../../kernel/index.ts';
import { HeaderLines } from './header-lines.ts';
import type { Message } from './types.ts';

/** The message's octets: lines in their order, names as given, folding gone, Content-Length made right or added. */
export function print(message: Message): Uint8Array {
  const { body } = message;
  const head = fromLatin1(startLine(message) + HeaderLines.from(message.headers).print(body.length));
  if (body.length === 0) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function startLine(message: Message): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uriText} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reasonPhrase}`;
}
