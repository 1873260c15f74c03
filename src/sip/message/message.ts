import { fromLatin1 } from '../../kernel/index.ts';
import { parseCSeq } from './cseq.ts';
import { HeaderLines } from './header-lines.ts';
import { firstValue } from './list.ts';
import { parseNameAddr } from './name-addr.ts';
import { plainTag } from './plain.ts';
import { NO_PARAMS } from './params.ts';
import type { CSeq, Headers, Message, NameAddr, Request, Response, Uri, Via } from './types.ts';
import { parseUri } from './uri.ts';
import { parseVia } from './via.ts';

/** What typed fields are in a message that lacks them: one still being built, or a malformed one that is to be answered. */
export const NO_URI: Uri = {
  scheme: '',
  user: '',
  password: '',
  host: '',
  port: undefined,
  params: NO_PARAMS,
  headers: '',
};
export const NO_NAME_ADDR: NameAddr = { display: '', uri: NO_URI, uriText: '', params: NO_PARAMS };
export const NO_VIA: Via = { transport: '', host: '', port: undefined, branch: '', params: NO_PARAMS };
export const NO_CSEQ: CSeq = { number: 0, method: '' };
export const NO_BODY = new Uint8Array(0);

/** The header fields that every message has, each parsed when first asked for. */
class TypedFields {
  readonly headers: HeaderLines;
  #body: Uint8Array | string;
  #via: Via | undefined;
  #from: NameAddr | undefined;
  #to: NameAddr | undefined;
  #cseq: CSeq | undefined;
  #contacts: readonly NameAddr[] | undefined;

  /** A body given as wire text becomes octets when first asked for. */
  constructor(headers: HeaderLines, body: Uint8Array | string) {
    this.headers = headers;
    this.#body = body;
  }

  get body(): Uint8Array {
    if (typeof this.#body === 'string') this.#body = this.#body === '' ? NO_BODY : fromLatin1(this.#body);
    return this.#body;
  }

  get via(): Via {
    this.#via ??= readVia(this.headers.first('via') ?? '');
    return this.#via;
  }

  get from(): NameAddr {
    this.#from ??= parseNameAddr(this.headers.first('from') ?? '') ?? NO_NAME_ADDR;
    return this.#from;
  }

  get to(): NameAddr {
    this.#to ??= parseNameAddr(this.headers.first('to') ?? '') ?? NO_NAME_ADDR;
    return this.#to;
  }

  get callId(): string {
    return this.headers.first('call-id') ?? '';
  }

  get cseq(): CSeq {
    this.#cseq ??= parseCSeq(this.headers.first('cseq') ?? '') ?? NO_CSEQ;
    return this.#cseq;
  }

  get fromTag(): string {
    return (
      (this.#from === undefined ? plainTag(this.headers.first('from')) : undefined) ?? this.from.params.get('tag') ?? ''
    );
  }

  get toTag(): string {
    return (this.#to === undefined ? plainTag(this.headers.first('to')) : undefined) ?? this.to.params.get('tag') ?? '';
  }

  get contacts(): readonly NameAddr[] {
    this.#contacts ??= readContacts(this.headers);
    return this.#contacts;
  }

  get contactStar(): boolean {
    return this.headers.first('contact') === '*';
  }
}

export class SipRequest extends TypedFields implements Request {
  readonly kind = 'request';
  readonly method: string;
  readonly uriText: string;
  #uri: Uri | undefined;

  constructor(method: string, uriText: string, headers: HeaderLines, body: Uint8Array | string) {
    super(headers, body);
    this.method = method;
    this.uriText = uriText;
  }

  get uri(): Uri {
    this.#uri ??= parseUri(this.uriText) ?? NO_URI;
    return this.#uri;
  }
}

export class SipResponse extends TypedFields implements Response {
  readonly kind = 'response';
  readonly status: number;
  readonly reasonPhrase: string;

  constructor(status: number, reasonPhrase: string, headers: HeaderLines, body: Uint8Array | string) {
    super(headers, body);
    this.status = status;
    this.reasonPhrase = reasonPhrase;
  }
}

/** The same message with other headers or another body. */
export function rebuilt<M extends Message>(message: M, headers: Headers, body: Uint8Array = message.body): M {
  const lines = HeaderLines.from(headers);
  const made: Message =
    message.kind === 'request'
      ? new SipRequest(message.method, message.uriText, lines, body)
      : new SipResponse(message.status, message.reasonPhrase, lines, body);
  return made as M;
}

/** The top Via. Of a broken one as much as an answer needs, without its parameters. */
function readVia(line: string): Via {
  const value = firstValue(line);
  return parseVia(value) ?? parseVia(value.slice(0, Math.max(0, value.indexOf(';')))) ?? NO_VIA;
}

function readContacts(headers: Headers): readonly NameAddr[] {
  const contacts: NameAddr[] = [];
  for (const value of headers.list('contact')) {
    const contact = parseNameAddr(value);
    if (contact !== undefined) contacts.push(contact);
  }
  return contacts;
}
