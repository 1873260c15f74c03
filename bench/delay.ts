/**
 * How long a sound is under way through a call whose legs speak different codecs: from the packet in which it begins to the packet
 * in which it is heard to begin, over loopback and a media thread. `node bench/delay.ts [sounds]` prints rows as JSON.
 */
import { createSocket } from 'node:dgram';
import { type CodecName, createDecoder, createEncoder, type Encoder, level, OpusWasm } from '../src/codec/index.ts';
import { newHeader, readHeader, writeHeader } from '../src/rtp/index.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { loadOpus } from '../src/node/media/opus.ts';
import { median, type Row, tell } from './measure.ts';

const LOOPBACK = '127.0.0.1';
const FRAME_MS = 20;
/** Frames of a sound, and of the silence behind it. */
const SOUND = 5;
const SILENCE = 15;
/** dB: quieter is silence, whatever a codec makes of it. */
const AUDIBLE = -30;
const PAYLOADS = { PCMU: 0, PCMA: 8, G722: 9, opus: 111 } as const;
const UNITS = { PCMU: 160, PCMA: 160, G722: 160, opus: 960 } as const;
const sounds = Number(process.argv[2] ?? 40);
const opus = new OpusWasm(loadOpus());

const { engine } = await startMediaWorkers({
  kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
  count: 1,
  addresses: [LOOPBACK],
  ports: undefined,
  sounds: [],
  poolSize: 16,
});

// What is not compiled yet is late.
await row('PCMU', 'G722');
const rows: Row[] = [];
for (const [from, to] of [
  ['PCMU', 'G722'],
  ['PCMU', 'opus'],
  ['opus', 'PCMA'],
] as const)
  rows.push(await row(from, to));
tell(rows);
process.exit(0);

async function row(from: CodecName, to: CodecName): Promise<Row> {
  const [talker, hearer] = [await leg(from), await leg(to)];
  hearer.session.hear({ kind: 'session', session: talker.session.id });
  const delays = await measured(talker, hearer, from, to);
  for (const { socket } of [talker, hearer]) socket.close();
  const sorted = delays.toSorted((a, b) => a - b);
  return {
    operation: `delay through a call, ${from} to ${to}`,
    measured: `${median(delays).toFixed(0)} ms, p90 ${(sorted[Math.floor(sorted.length * 0.9)] ?? Number.NaN).toFixed(0)} ms`,
    beside: `${delays.length} of ${sounds} sounds heard`,
    atMost: '≤ 60 ms',
  };

  async function leg(codec: CodecName) {
    const socket = createSocket('udp4');
    await new Promise<void>((bound) => socket.bind(0, LOOPBACK, bound));
    const session = engine.session(LOOPBACK, () => undefined);
    if (session === undefined) throw new Error('no ports are free');
    const send = { payload: PAYLOADS[codec], codec };
    const remote = { address: LOOPBACK, port: socket.address().port };
    session.connect({ remote, send, receive: [send], events: undefined, ptime: FRAME_MS, latch: false, epoch: 1 });
    return { socket, session };
  }
}

type Leg = {
  readonly socket: ReturnType<typeof createSocket>;
  readonly session: { readonly local: { readonly port: number } };
};

/** Says sounds, and takes the time of each until it is heard. */
async function measured(talker: Leg, hearer: Leg, from: CodecName, to: CodecName): Promise<readonly number[]> {
  const delays: number[] = [];
  const ear = createDecoder(to, 16_000, opus);
  const mouth = createEncoder(from, 16_000, opus);
  if (ear === undefined || mouth === undefined) throw new Error('no Opus');
  let saidAt: number | undefined;
  const header = newHeader();
  const heard = new Int16Array(5760);
  hearer.socket.on('message', (bytes) => {
    if (!readHeader(bytes, header)) return;
    const count = ear.decode(bytes, header.payloadAt, header.payloadEnd, heard);
    if (saidAt === undefined || level(heard.subarray(0, count)) < AUDIBLE) return;
    delays.push(performance.now() - saidAt);
    saidAt = undefined;
  });
  // Made beforehand: what encoding costs would be jitter.
  const packets = spoken(mouth, from);
  const start = performance.now();
  for (const [at, packet] of packets.entries()) {
    await pause(start + at * FRAME_MS - performance.now());
    if (at % (SOUND + SILENCE) === SILENCE) saidAt = performance.now();
    talker.socket.send(packet, talker.session.local.port, LOOPBACK);
  }
  return delays;
}

/** Silence and a sound, again and again. */
function spoken(mouth: Encoder, codec: CodecName): readonly Uint8Array[] {
  const samples = (mouth.rate * FRAME_MS) / 1000;
  return Array.from({ length: sounds * (SOUND + SILENCE) }, (_, at) => {
    const loud = at % (SOUND + SILENCE) >= SILENCE ? 12_000 : 0;
    const pcm = Int16Array.from(
      { length: samples },
      (__, n) => loud * Math.sin((2 * Math.PI * 700 * (at * samples + n)) / mouth.rate),
    );
    const packet = new Uint8Array(1500);
    const octets = mouth.encode(pcm, samples, packet, 12);
    writeHeader(packet, at === 0, PAYLOADS[codec], at & 0xffff, at * UNITS[codec], 77);
    return packet.slice(0, 12 + octets);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
