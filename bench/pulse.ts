import { createSocket, type Socket } from 'node:dgram';
import { createDecoder, createEncoder, level, type OpusWasm } from '../src/codec/index.ts';
import type { MediaEngine, MediaSession } from '../src/media/engine.ts';
import { newHeader, readHeader, writeHeader } from '../src/rtp/index.ts';
import { median } from './measure.ts';
import { HEADER, PAYLOADS, type Spoken, UNITS } from './speech.ts';

const LOOPBACK = '127.0.0.1';
const FRAME_MS = 20;
/** Frames of a sound, and of the silence behind it. */
const SOUND = 5;
const SILENCE = 15;
/** dB: quieter is silence, whatever a codec makes of it. */
const AUDIBLE = -30;

/** A phone's socket and its session. */
export interface Ended {
  readonly codec: Spoken;
  readonly socket: Socket;
  readonly session: MediaSession;
}

export interface Delays {
  readonly heard: number;
  /** ms */
  readonly p50: number;
  readonly p90: number;
}

export async function phoneOn(engine: MediaEngine, codec: Spoken): Promise<Ended> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, LOOPBACK, bound));
  const session = engine.session(LOOPBACK, () => undefined);
  if (session === undefined) throw new Error('no ports are free');
  const send = { payload: PAYLOADS[codec], codec };
  const remote = { address: LOOPBACK, port: socket.address().port };
  session.connect({ remote, send, receive: [send], events: undefined, ptime: FRAME_MS, latch: false, epoch: 1 });
  return { codec, socket, session };
}

/** Says sounds, and takes the time of each from the packet in which it begins to the one in which it is heard to begin. */
export async function delays(talker: Ended, hearer: Ended, sounds: number, opus: OpusWasm): Promise<Delays> {
  const taken: number[] = [];
  const ear = createDecoder(hearer.codec, 16_000, opus);
  if (ear === undefined) throw new Error('no Opus');
  let saidAt: number | undefined;
  const header = newHeader();
  const heard = new Int16Array(5760);
  const listen = (bytes: Uint8Array): void => {
    if (!readHeader(bytes, header)) return;
    const count = ear.decode(bytes, header.payloadAt, header.payloadEnd, heard);
    if (saidAt === undefined || level(heard.subarray(0, count)) < AUDIBLE) return;
    taken.push(performance.now() - saidAt);
    saidAt = undefined;
  };
  hearer.socket.on('message', listen);
  // Made beforehand: what encoding costs would be jitter.
  const packets = spoken(talker.codec, sounds, opus);
  const start = performance.now();
  for (const [at, packet] of packets.entries()) {
    await pause(start + at * FRAME_MS - performance.now());
    if (at % (SOUND + SILENCE) === SILENCE) saidAt = performance.now();
    talker.socket.send(packet, talker.session.local.port, LOOPBACK);
  }
  await pause(200);
  hearer.socket.off('message', listen);
  const sorted = taken.toSorted((a, b) => a - b);
  return { heard: taken.length, p50: median(taken), p90: sorted[Math.floor(sorted.length * 0.9)] ?? Number.NaN };
}

/** Silence and a sound, again and again. */
function spoken(codec: Spoken, sounds: number, opus: OpusWasm): readonly Uint8Array[] {
  const mouth = createEncoder(codec, 16_000, opus);
  if (mouth === undefined) throw new Error('no Opus');
  const samples = (mouth.rate * FRAME_MS) / 1000;
  return Array.from({ length: sounds * (SOUND + SILENCE) }, (_, at) => {
    const loud = at % (SOUND + SILENCE) >= SILENCE ? 12_000 : 0;
    const pcm = Int16Array.from(
      { length: samples },
      (__, n) => loud * Math.sin((2 * Math.PI * 700 * (at * samples + n)) / mouth.rate),
    );
    const packet = new Uint8Array(1500);
    const octets = mouth.encode(pcm, samples, packet, HEADER);
    writeHeader(packet, at === 0, PAYLOADS[codec], at & 0xffff, at * UNITS[codec], 77);
    return packet.slice(0, HEADER + octets);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
