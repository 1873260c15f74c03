import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type Field,
  type Message,
  parse,
  print,
  request,
  type Request,
  type Response,
  responseTo,
} from '../src/sip/message/index.ts';

const LOOPBACK = '127.0.0.1';
const ALLOW: Field = ['Allow', 'INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, REFER, NOTIFY'];
const SUPPORTED: Field = ['Supported', 'replaces'];
const SDP_TYPE: Field = ['Content-Type', 'application/sdp'];
/** A request without final answer is sent again after so long, twice as long each time (ms; RFC 3261 §17.1.2.2), and given up after so long. */
const T1 = 500;
const PATIENCE = 8000;

/** One end of a call. */
export interface Dialog {
  readonly party: Party;
  readonly callId: string;
  readonly localTag: string;
  remoteTag: string;
  /** From and To of our requests. */
  from: string;
  to: string;
  target: string;
  cseq: number;
  up: boolean;
  /** By BYE, whoever sent it. */
  over: boolean;
  /** What this end does next, when it is told. */
  readonly on: { acked?: () => void; ended?: () => void; told?: (status: number, last: boolean) => void };
}

interface Asking {
  readonly message: Request;
  readonly answered: (response: Response) => void;
  readonly begun: number;
  again: number;
  wait: number;
}

/** Requests of all parties that were sent again, and those nobody answered. */
export const trouble = { again: 0, lost: 0, refused: 0 };

/** A telephone of the load: one socket, any number of calls. It answers every call, and what it does then `script` says. */
export class Party {
  readonly name: string;
  readonly #socket: Socket;
  readonly #dialogs = new Map<string, Dialog>();
  readonly #asking = new Map<string, Asking>();
  /** Set anew for each measurement. */
  script: (dialog: Dialog) => void = () => undefined;
  /** The exchange. */
  exchange = 0;
  readonly #body: Uint8Array;
  #count = 0;

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    this.#body = Buffer.from(
      [
        'v=0',
        `o=- 1 1 IN IP4 ${LOOPBACK}`,
        's=-',
        `c=IN IP4 ${LOOPBACK}`,
        't=0 0',
        'm=audio 9000 RTP/AVP 0 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        '',
      ].join('\r\n'),
    );
    socket.on('message', (bytes, from) => this.#heard(parse(bytes), from.port));
    setInterval(() => this.#repeat(), 50).unref();
  }

  static async open(name: string): Promise<Party> {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: 4 << 20,
      lookup: (address, _, answer) => answer(null, address, 4),
    });
    const listening = once(socket, 'listening');
    socket.bind(0, LOOPBACK);
    await listening;
    return new Party(name, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Calls begun and not over. */
  get open(): number {
    return this.#dialogs.size;
  }

  close(): void {
    this.#socket.close();
  }

  /** Calls a number; `up` runs when it was answered and the answer acknowledged. */
  call(number: string, up: (dialog: Dialog) => void, on: Dialog['on'] = {}): void {
    const callId = this.#token();
    const localTag = this.#token();
    const uri = this.uri(number);
    const from = `<sip:${this.name}@${LOOPBACK}>;tag=${localTag}`;
    const dialog: Dialog = {
      party: this,
      callId,
      localTag,
      remoteTag: '',
      from,
      to: `<${uri}>`,
      target: uri,
      cseq: 0,
      up: false,
      over: false,
      on,
    };
    this.#dialogs.set(callId, dialog);
    this.ask(
      dialog,
      'INVITE',
      [this.#contact(), ALLOW, SUPPORTED, SDP_TYPE],
      (answer) => {
        if (answer.status >= 300) {
          trouble.refused += 1;
          return this.#forget(dialog);
        }
        dialog.to = answer.headers.get('To') ?? '';
        dialog.remoteTag = answer.toTag;
        dialog.target = answer.contacts[0]?.uriText ?? uri;
        dialog.up = true;
        this.#acknowledge(dialog);
        up(dialog);
      },
      this.#body,
    );
  }

  hangup(dialog: Dialog): void {
    if (dialog.over || !dialog.up) return;
    dialog.over = true;
    this.ask(dialog, 'BYE', [], () => this.#forget(dialog));
  }

  /** Sends the other to a number, or into another call of ours. */
  refer(dialog: Dialog, to: string, replaces?: Dialog): void {
    const inside =
      replaces &&
      `?Replaces=${encodeURIComponent(`${replaces.callId};to-tag=${replaces.remoteTag};from-tag=${replaces.localTag}`)}`;
    const headers: readonly Field[] = [this.#contact(), ['Refer-To', `<${this.uri(to)}${inside ?? ''}>`]];
    this.ask(dialog, 'REFER', headers, (answer) => {
      if (answer.status >= 300) trouble.refused += 1;
    });
  }

  /** A request of a dialog; `then` hears its final response. */
  ask(
    dialog: Dialog,
    method: string,
    more: readonly Field[],
    then: (response: Response) => void,
    body?: Uint8Array,
  ): void {
    dialog.cseq += 1;
    const message = this.#made(dialog, method, dialog.cseq, more, body);
    this.#asking.set(message.via.branch, {
      message,
      answered: then,
      begun: performance.now(),
      again: performance.now() + T1,
      wait: T1,
    });
    this.#send(message);
  }

  uri(user: string): string {
    return `sip:${user}@${LOOPBACK}:${this.exchange}`;
  }

  #acknowledge(dialog: Dialog): void {
    this.#send(this.#made(dialog, 'ACK', dialog.cseq, []));
  }

  #made(dialog: Dialog, method: string, cseq: number, more: readonly Field[], body?: Uint8Array): Request {
    const headers: readonly Field[] = [
      ['Via', `SIP/2.0/UDP ${LOOPBACK}:${this.port};branch=z9hG4bK${this.#token()};rport`],
      ['Max-Forwards', '70'],
      ['From', dialog.from],
      ['To', dialog.to],
      ['Call-ID', dialog.callId],
      ['CSeq', `${cseq} ${method}`],
      ...more,
    ];
    return request({ method, uri: dialog.target, headers, ...(body !== undefined && { body }) });
  }

  #heard(message: ReturnType<typeof parse>, port: number): void {
    if (message.kind === 'response') this.#answered(message);
    else if (message.kind === 'request') this.#serve(message, port);
  }

  #answered(response: Response): void {
    if (response.status < 200) return;
    const { branch } = response.via;
    const asking = this.#asking.get(branch);
    if (asking !== undefined) {
      this.#asking.delete(branch);
      asking.answered(response);
      return;
    }
    // Our ACK has not come through.
    const dialog = this.#dialogs.get(response.callId);
    if (dialog !== undefined && response.cseq.method === 'INVITE' && response.status < 300) this.#acknowledge(dialog);
  }

  #serve(asked: Request, port: number): void {
    const dialog = this.#dialogs.get(asked.callId);
    if (asked.method === 'ACK') return this.#acked(dialog);
    if (asked.method === 'INVITE' && asked.toTag === '' && dialog === undefined) return this.#arrived(asked, port);
    const toTag = dialog?.localTag ?? 'gone';
    const sdp = asked.method === 'INVITE' || (asked.method === 'UPDATE' && asked.body.length > 0);
    const answer = sdp
      ? { toTag, headers: [this.#contact(), ALLOW, SUPPORTED, SDP_TYPE], body: this.#body }
      : { toTag };
    this.#send(responseTo(asked, 200, answer), port);
    if (dialog === undefined) return;
    if (asked.method === 'BYE') this.#ended(dialog);
    else if (asked.method === 'NOTIFY') notified(dialog, asked);
  }

  #arrived(asked: Request, port: number): void {
    const localTag = this.#token();
    const dialog: Dialog = {
      party: this,
      callId: asked.callId,
      localTag,
      remoteTag: asked.fromTag,
      from: `${asked.headers.get('To') ?? ''};tag=${localTag}`,
      to: asked.headers.get('From') ?? '',
      target: asked.contacts[0]?.uriText ?? '',
      cseq: 0,
      up: false,
      over: false,
      on: {},
    };
    this.#dialogs.set(asked.callId, dialog);
    const made = { toTag: localTag, headers: [this.#contact(), ALLOW, SUPPORTED] };
    this.#send(responseTo(asked, 180, made), port);
    this.#send(responseTo(asked, 200, { ...made, headers: [...made.headers, SDP_TYPE], body: this.#body }), port);
  }

  #acked(dialog: Dialog | undefined): void {
    if (dialog === undefined || dialog.up) return;
    dialog.up = true;
    this.script(dialog);
    dialog.on.acked?.();
  }

  #ended(dialog: Dialog): void {
    if (!dialog.over) {
      dialog.over = true;
      dialog.on.ended?.();
    }
    this.#forget(dialog);
  }

  #forget(dialog: Dialog): void {
    this.#dialogs.delete(dialog.callId);
  }

  #repeat(): void {
    const now = performance.now();
    for (const [branch, asking] of this.#asking) {
      if (now < asking.again) continue;
      if (now - asking.begun > PATIENCE) {
        trouble.lost += 1;
        this.#asking.delete(branch);
        continue;
      }
      trouble.again += 1;
      asking.wait *= 2;
      asking.again = now + asking.wait;
      this.#send(asking.message);
    }
  }

  #contact(): Field {
    return ['Contact', `<sip:${this.name}@${LOOPBACK}:${this.port}>`];
  }

  #send(message: Message, port = this.exchange): void {
    this.#socket.send(print(message), port, LOOPBACK);
  }

  #token(): string {
    this.#count += 1;
    return `${this.name}${this.#count.toString(36)}x${Math.random().toString(36).slice(2, 10)}`;
  }
}

function notified(dialog: Dialog, { headers, body }: Request): void {
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(Buffer.from(body).toString())?.[1]);
  dialog.on.told?.(status, /^terminated/i.test(headers.get('Subscription-State') ?? ''));
}
