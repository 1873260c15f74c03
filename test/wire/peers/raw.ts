import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { until } from './until.ts';

/** A UDP socket that says exactly what a test tells it to, for what no phone does. */
export class Raw {
  readonly #socket: Socket;
  readonly #server: { readonly host: string; readonly sipPort: number };
  /** Everything received, oldest first. */
  readonly received: string[] = [];
  /** Called in the same turn in which a message arrives. */
  heard: (message: string) => void = () => {};

  private constructor(socket: Socket, server: { readonly host: string; readonly sipPort: number }) {
    this.#socket = socket;
    this.#server = server;
    socket.on('message', (bytes) => {
      const message = bytes.toString('latin1');
      this.received.push(message);
      this.heard(message);
    });
    // What the server refuses at its port (ICMP) is a lost datagram.
    socket.on('error', () => {});
  }

  static async open(server: { readonly host: string; readonly sipPort: number }): Promise<Raw> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new Raw(socket, server);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Over when the system has taken it. */
  send(message: string | Uint8Array): Promise<void> {
    const { host, sipPort } = this.#server;
    const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
    return new Promise((resolve) => this.#socket.send(bytes, sipPort, host, () => resolve()));
  }

  /** A request with all that RFC 3261 §8.1.1 asks for; `lines` are added, `callId` and `cseq` can be given. */
  request(
    method: string,
    user: string,
    { callId = token(), cseq = 1, lines = [] as readonly string[], body = '' } = {},
  ): string {
    const { host, sipPort } = this.#server;
    const uri = this.uri(method, user);
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${token()};rport`,
      'Max-Forwards: 70',
      `From: <sip:${user}@${host}:${sipPort}>;tag=${token()}`,
      `To: <sip:${user}@${host}:${sipPort}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${user}@127.0.0.1:${this.port}>`,
      ...lines,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  /** Its Request-URI: the registrar itself for REGISTER and OPTIONS. */
  uri(method: string, user: string): string {
    const { host, sipPort } = this.#server;
    return method === 'REGISTER' || method === 'OPTIONS' ? `sip:${host}:${sipPort}` : `sip:${user}@${host}:${sipPort}`;
  }

  /** Sends OPTIONS, again every half second (RFC 3261 §17.1.2.2), until it is answered; the answer. */
  async options(within = 10_000): Promise<string> {
    const callId = token();
    const request = this.request('OPTIONS', 'ping', { callId });
    let sent = Number.NEGATIVE_INFINITY;
    const look = async () => {
      if (performance.now() - sent > 500) {
        sent = performance.now();
        await this.send(request);
      }
      return this.received.find((message) => message.includes(callId));
    };
    return until('an answer to OPTIONS', look, within);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Credentials (RFC 2617, MD5) for the challenge in this 401. */
export function credentials(challenge: string, method: string, uri: string, user: string, password: string): string {
  const line = challenge.split('\r\n').find((text) => /^www-authenticate:.*algorithm="?MD5"?(,|$)/i.test(text)) ?? '';
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(line)?.[1] ?? '';
  const [realm, nonce, cnonce, nc] = [value('realm'), value('nonce'), token(), '00000001'];
  const response = md5(
    `${md5(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`,
  );
  const quoted = Object.entries({ username: user, realm, nonce, uri, response, cnonce }).map(
    ([name, text]) => `${name}="${text}"`,
  );
  return `Authorization: Digest ${quoted.join(', ')}, qop=auth, nc=${nc}, algorithm=MD5`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function token(): string {
  return randomBytes(8).toString('hex');
}
