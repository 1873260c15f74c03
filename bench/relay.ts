/**
 * What it costs to relay a packet: one media thread, calls of two legs, 50 packets a second both ways over loopback.
 * `node bench/relay.ts [calls] [seconds]` prints a row: CPU of the media thread for each packet that came in, and the delay
 * that it added. The phones are this thread's.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { MediaEngine, MediaSession } from '../src/media/engine.ts';
import type { RtpEnd } from '../src/media/protocol.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { HEADER_OCTETS, writeHeader } from '../src/rtp/index.ts';

const LOOPBACK = '127.0.0.1';
const FRAME_MS = 20;
const FRAME = 160;
/** Phones speak in turn, a part of them each ms-slot of this length. */
const SLOTS = 10;

interface Phone {
  readonly socket: Socket;
  readonly session: MediaSession;
  readonly ssrc: number;
  /** Packets it has sent. */
  frame: number;
}

const calls = Number(process.argv[2] ?? 100);
const seconds = Number(process.argv[3] ?? 10);
const started: Worker[] = [];
const delays: number[] = [];
let received = 0;

const kernel = createLiveKernel({ onFault: ({ error }) => console.error(error) });
const { engine, stop } = await startMediaWorkers({
  kernel,
  count: 1,
  addresses: [LOOPBACK],
  ports: undefined,
  sounds: [],
  poolSize: calls * 2,
  onStart: (worker) => started.push(worker),
});
const [worker] = started;
if (worker === undefined) throw new Error('no media thread');

const phones: Phone[] = [];
for (let at = 0; at < calls; at += 1) {
  const [one, other] = [await phone(engine, at * 2), await phone(engine, at * 2 + 1)];
  one.session.hear({ kind: 'session', session: other.session.id });
  other.session.hear({ kind: 'session', session: one.session.id });
  phones.push(one, other);
}

await speak(1);
received = 0;
delays.length = 0;
const before = await worker.cpuUsage();
const sent = await speak(seconds);
const used = await worker.cpuUsage(before);
report(sent, used.user + used.system);
for (const { socket } of phones) socket.close();
await stop();

async function phone(media: MediaEngine, at: number): Promise<Phone> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  const session = media.session(LOOPBACK, () => undefined);
  if (session === undefined) throw new Error('no ports are free');
  session.connect(endOf(socket.address().port));
  socket.on('message', (bytes) => {
    received += 1;
    if (received % 16 === 0) delays.push(performance.now() - bytes.readDoubleBE(HEADER_OCTETS));
  });
  socket.connect(session.local.port, LOOPBACK);
  await once(socket, 'connect');
  return { socket, session, ssrc: at + 1, frame: 0 };
}

function endOf(port: number): RtpEnd {
  const pcmu = { payload: 0, codec: 'PCMU' } as const;
  const remote = { address: LOOPBACK, port };
  return { remote, send: pcmu, receive: [pcmu], events: 101, ptime: FRAME_MS, latch: true, epoch: 1 };
}

/** Lets every phone speak for so long; resolves to the packets sent. */
async function speak(duration: number): Promise<number> {
  const begin = performance.now();
  let packets = 0;
  for (let slot = 0; slot < (duration * 1000 * SLOTS) / FRAME_MS; slot += 1) {
    const due = begin + (slot * FRAME_MS) / SLOTS;
    while (performance.now() < due) await new Promise((turn) => setTimeout(turn, Math.max(0, due - performance.now())));
    for (let at = slot % SLOTS; at < phones.length; at += SLOTS) {
      const speaker = phones[at];
      if (speaker !== undefined) say(speaker);
      packets += 1;
    }
  }
  await new Promise((turn) => setTimeout(turn, 200));
  return packets;
}

function say(speaker: Phone): void {
  const packet = Buffer.alloc(HEADER_OCTETS + FRAME, 0xff);
  speaker.frame += 1;
  writeHeader(packet, false, 0, speaker.frame, (speaker.frame * FRAME) >>> 0, speaker.ssrc);
  packet.writeDoubleBE(performance.now(), HEADER_OCTETS);
  speaker.socket.send(packet);
}

function report(packets: number, cpu: number): void {
  delays.sort((a, b) => a - b);
  const at = (share: number): string => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(2);
  console.log('calls  packets in  lost  CPU µs/packet  core %  delay ms p50   p99');
  console.log(
    `${String(calls).padStart(5)}  ${String(packets).padStart(10)}  ${String(packets - received).padStart(4)}` +
      `  ${(cpu / packets).toFixed(1).padStart(13)}  ${(cpu / seconds / 10_000).toFixed(1).padStart(6)}` +
      `  ${at(0.5).padStart(12)}  ${at(0.99).padStart(4)}`,
  );
  if (packets - received > packets / 100)
    console.log('not clean: more than 1 % lost, here or in the phones; the row says nothing');
}
