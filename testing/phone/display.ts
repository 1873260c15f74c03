import { display } from '../../src/kernel/index.ts';
import { type Message, type NameAddr, parseNameAddr, type Request } from '../../src/sip/message/index.ts';

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

/** The display of one call. */
export class Screen {
  /** Everything it showed, in order. */
  readonly displays: Display[];

  constructor(first: Display) {
    this.displays = [first];
  }

  /** A request inside the call names its sender in From too; phones show it when nobody vouches for another (RFC 4916). `known`: the peer as the INVITE named him. */
  show(message: Message, known: NameAddr | undefined): void {
    const next = asserted(message) ?? (message.kind === 'request' ? renamed(message, known) : undefined);
    const last = this.displays.at(-1);
    if (next !== undefined && (next.name !== last?.name || next.number !== last.number)) this.displays.push(next);
  }
}

function renamed({ from }: Request, known: NameAddr | undefined): Display | undefined {
  return known?.uriText === from.uriText ? undefined : shown(from);
}
