import { connect, type Socket } from 'node:net';

/** A TCP connection that carries JSON objects in netstrings (`LENGTH:OCTETS,`), as baresip's ctrl_tcp speaks it. */
export class Netstrings {
  readonly #socket: Socket;
  readonly #told: (value: unknown) => void;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, told: (value: unknown) => void) {
    this.#socket = socket;
    this.#told = told;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
  }

  /** Connects; undefined: nobody listens there (yet). */
  static open(port: number, told: (value: unknown) => void): Promise<Netstrings | undefined> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', () => resolve(undefined));
      socket.once('connect', () => resolve(new Netstrings(socket, told)));
    });
  }

  send(value: unknown): void {
    const body = Buffer.from(JSON.stringify(value));
    this.#socket.write(Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.from(',')]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const colon = this.#rest.indexOf(':');
      const length = Number(this.#rest.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#rest.length < colon + length + 2) return;
      const body = this.#rest.subarray(colon + 1, colon + 1 + length).toString();
      this.#rest = this.#rest.subarray(colon + 2 + length);
      this.#told(JSON.parse(body));
    }
  }
}
