import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Kernel } from '../src/kernel/index.ts';
import { answer } from '../src/sip/auth/index.ts';
import {
  type Field,
  type Message,
  parse,
  print,
  request,
  type Response,
  responseTo,
} from '../src/sip/message/index.ts';

const LOOPBACK = '127.0.0.1';
const SDP = Buffer.from(
  ['v=0', `o=- 1 1 IN IP4 ${LOOPBACK}`, 's=-', `c=IN IP4 ${LOOPBACK}`, 't=0 0', 'm=audio 9000 RTP/AVP 0', ''].join(
    '\r\n',
  ),
);
/** A request without answer is sent again so often (ms), so many times. */
const AGAIN = 300;
const TRIES = 40;

/** A socket that sends requests to the exchange and answers what the exchange asks. */
export class SoakPhone {
  readonly #socket: Socket;
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #waiting = new Map<string, (response: Response) => void>();
  #count = 0;

  private constructor(socket: Socket, kernel: Kernel, target: number) {
    this.#socket = socket;
    this.#kernel = kernel;
    this.#target = target;
    socket.on('message', (bytes, from) => this.#heard(parse(bytes), from.port));
  }

  static async open(kernel: Kernel, target: number, port = 0): Promise<SoakPhone> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    const listening = once(socket, 'listening');
    socket.bind(port, LOOPBACK);
    await listening;
    return new SoakPhone(socket, kernel, target);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }

  /** Registers a user twice, the second time as a refresh, each time with his password. */
  async register(user: string, seconds: number): Promise<void> {
    const address = `<sip:${user}@${LOOPBACK}>`;
    const headers: readonly Field[] = [
      ['From', `${address};tag=${this.#token()}`],
      ['To', address],
      ['Call-ID', this.#token()],
      ['Contact', `<sip:${user}@${LOOPBACK}:${this.port}>`],
      ['Expires', String(seconds)],
    ];
    for (const cseq of [1, 3]) {
      const challenge = await this.#ask('REGISTER', this.#uri(''), [...headers, ['CSeq', `${cseq} REGISTER`]]);
      const asked = { response: challenge, method: 'REGISTER', uri: this.#uri(''), user, password: 'secret' };
      const credentials = answer(this.#kernel, asked);
      if (credentials === undefined) throw new Error(`REGISTER was answered with ${challenge.status}`);
      const known: readonly Field[] = [...headers, ['CSeq', `${cseq + 1} REGISTER`], credentials];
      const { status } = await this.#ask('REGISTER', this.#uri(''), known);
      if (status !== 200) throw new Error(`${user} was not registered: ${status}`);
    }
  }

  /** Calls the answerer; resolves, when the call is up, to what hangs it up. */
  async call(): Promise<() => Promise<void>> {
    const from = `<sip:caller@${LOOPBACK}>;tag=${this.#token()}`;
    const callId = this.#token();
    const contact: Field = ['Contact', `<sip:caller@${LOOPBACK}:${this.port}>`];
    const ours: readonly Field[] = [
      ['From', from],
      ['Call-ID', callId],
    ];
    const first: readonly Field[] = [...ours, ['To', `<${this.#uri('answerer')}>`], ['CSeq', '1 INVITE'], contact];
    const up = await this.#ask('INVITE', this.#uri('answerer'), [...first, ['Content-Type', 'application/sdp']], SDP);
    if (up.status !== 200) throw new Error(`a call was answered with ${up.status}`);
    const inside: readonly Field[] = [...ours, ['To', up.headers.get('To') ?? '']];
    const uri = up.contacts[0]?.uriText ?? '';
    this.#send(request({ method: 'ACK', uri, headers: this.#routed([...inside, ['CSeq', '1 ACK']]) }), this.#target);
    return async () => void (await this.#ask('BYE', uri, [...inside, ['CSeq', '2 BYE']]));
  }

  /** Sends until a final response comes. */
  async #ask(method: string, uri: string, fields: readonly Field[], body?: Uint8Array): Promise<Response> {
    const headers = this.#routed(fields);
    const asking = request(body === undefined ? { method, uri, headers } : { method, uri, headers, body });
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { branch } = asking.via;
    this.#waiting.set(branch, resolve);
    for (let tries = 0; tries < TRIES && this.#waiting.has(branch); tries += 1) {
      this.#send(asking, this.#target);
      const late = new Promise<undefined>((then) => void setTimeout(() => then(undefined), AGAIN));
      const response = await Promise.race([promise, late]);
      if (response !== undefined) return response;
    }
    if (this.#waiting.delete(branch)) throw new Error(`nobody answers ${method}`);
    return promise;
  }

  #heard(message: ReturnType<typeof parse>, port: number): void {
    if (message.kind === 'response') this.#answered(message);
    else if (message.kind === 'request' && message.method !== 'ACK') this.#serve(message, port);
  }

  #answered(response: Response): void {
    const { branch } = response.via;
    if (response.status < 200) return;
    this.#waiting.get(branch)?.(response);
    this.#waiting.delete(branch);
  }

  #serve(asked: Extract<Message, { kind: 'request' }>, port: number): void {
    const headers: readonly Field[] = [
      ['Contact', `<sip:answerer@${LOOPBACK}:${this.port}>`],
      ['Content-Type', 'application/sdp'],
    ];
    // One tag for all repetitions of a request.
    const toTag = asked.via.branch.slice(-16);
    const made = asked.method === 'INVITE' ? { toTag, headers, body: SDP } : { toTag };
    this.#send(responseTo(asked, 200, made), port);
  }

  #routed(fields: readonly Field[]): readonly Field[] {
    const via: Field = ['Via', `SIP/2.0/UDP ${LOOPBACK}:${this.port};branch=z9hG4bK${this.#token()}`];
    return [via, ['Max-Forwards', '70'], ...fields];
  }

  #send(message: Message, port: number): void {
    this.#socket.send(print(message), port, LOOPBACK);
  }

  #uri(user: string): string {
    return `sip:${user === '' ? '' : `${user}@`}${LOOPBACK}:${this.#target}`;
  }

  #token(): string {
    this.#count += 1;
    return `${this.#kernel.token(8)}${this.#count.toString(16).padStart(8, '0')}`;
  }
}
