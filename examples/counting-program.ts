/**
 * The skeleton of a voice agent that understands nothing: it counts words by their loudness, answers each with a tone, sends who
 * presses 0 to 800, and hangs up after eight seconds of silence. Its one argument is its port.
 */
import { type AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const PROTOCOL = 'strowger.audio.v1';
const RATE = 16_000;
const FRAME_MS = 20;
/** Louder than this is speech: −40 dB below full scale. */
const LOUD = 0.01;
/** A word is at least so long, and so much silence ends it (ms). */
const WORD = 100;
const PAUSE = 200;
const PATIENCE = 8000;

/** What a call is told of as text; others may come one day. */
interface Message {
  readonly type: string;
  readonly digit?: string;
}

class Conversation {
  readonly #socket: WebSocket;
  #words = 0;
  #speech = 0;
  #silence = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** 20 ms of the caller. */
  hear(octets: Buffer): void {
    const loud = loudness(octets) > LOUD;
    // Who speaks while we do is not to be talked down: barge-in.
    if (loud && this.#silence > 0) this.#tell({ type: 'flush' });
    this.#speech += loud ? FRAME_MS : 0;
    this.#silence = loud ? 0 : this.#silence + FRAME_MS;
    if (this.#silence === PAUSE && this.#speech >= WORD) this.#word();
    if (this.#silence === PAUSE) this.#speech = 0;
    if (this.#silence === PATIENCE) this.#leave();
  }

  read({ type, digit }: Message): void {
    if (type === 'digit' && digit === '0') this.#tell({ type: 'goto', number: '800' });
    // Our last tone has been heard.
    if (type === 'mark') this.#tell({ type: 'hangup' });
  }

  #word(): void {
    this.#words += 1;
    process.stdout.write(`word ${this.#words}, ${this.#speech} ms\n`);
    this.#socket.send(tone(660, 200));
  }

  #leave(): void {
    process.stdout.write(`${this.#words} words\n`);
    this.#socket.send(tone(440, 400));
    this.#tell({ type: 'mark', name: 'goodbye' });
  }

  #tell(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}

/** The root of the mean square, 1 at full scale. */
function loudness(octets: Buffer): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += (octets.readInt16LE(at) / 32_768) ** 2;
  return Math.sqrt(sum / (octets.length / 2));
}

function tone(hz: number, ms: number): Buffer {
  const octets = Buffer.alloc((RATE * ms * 2) / 1000);
  for (let at = 0; at < octets.length / 2; at += 1)
    octets.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * at) / RATE)), at * 2);
  return octets;
}

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 9000),
  handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
});

server.on('listening', () => {
  const { address, port } = server.address() as AddressInfo;
  process.stdout.write(`ws://${address}:${port}\n`);
});

server.on('connection', (socket) => {
  const conversation = new Conversation(socket);
  socket.on('message', (data: Buffer, binary) => {
    if (binary) conversation.hear(data);
    else conversation.read(JSON.parse(String(data)) as Message);
  });
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
});
