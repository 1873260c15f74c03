import { display } from '../../src/kernel/index.ts';
import { type Message, type NameAddr, parseNameAddr } from '../../src/sip/message/index.ts';

/** Name and number as the phone shows them. */
export interface Display {
  readonly name: string;
  readonly number: string;
}

/** The identity a message asserts for the other party (RFC 3325 §9.1; Remote-Party-ID as phones of its day sent it). */
export function asserted(message: Message): Display | undefined {
  const [value] = [...message.headers.list('P-Asserted-Identity'), ...message.headers.list('Remote-Party-ID')];
  const identity = value === undefined ? undefined : parseNameAddr(value);
  return identity && shown(identity);
}

export function shown({ display: name, uri }: NameAddr): Display {
  return { name: display(name), number: display(uri.user === '' ? uri.host : uri.user) };
}
