import type { CodecName } from '../src/media/protocol.ts';
import { createEncoder, type OpusWasm } from '../src/codec/index.ts';

const FRAME_MS = 20;
/** Room before the payload, for the RTP header. */
export const HEADER = 12;
/** Payload types used here, and timestamps of 20 ms. */
export const PAYLOADS = { PCMU: 0, PCMA: 8, G722: 9, opus: 111 } as const satisfies Partial<Record<CodecName, number>>;
export const UNITS = { PCMU: 160, PCMA: 160, G722: 160, opus: 960 } as const;
export type Spoken = keyof typeof PAYLOADS;

/** Packets of speech-like sound: a voice of harmonics whose pitch and level wander. The header is still to be written. */
export function speech(codec: CodecName, count: number, opus: OpusWasm): Uint8Array[] {
  const encoder = createEncoder(codec, 16_000, opus);
  if (encoder === undefined) throw new Error(codec);
  const frame = (encoder.rate * FRAME_MS) / 1000;
  let phase = 0;
  return Array.from({ length: count }, (_, at) => {
    const samples = Int16Array.from({ length: frame }, () => {
      phase += (120 + 40 * Math.sin(at / 9)) / encoder.rate;
      let sum = 0;
      for (let harmonic = 1; harmonic < 20; harmonic += 1) sum += Math.sin(2 * Math.PI * phase * harmonic) / harmonic;
      return sum * 4000 * (0.6 + 0.4 * Math.sin(at / 5));
    });
    const bytes = new Uint8Array(1500);
    return bytes.slice(0, HEADER + encoder.encode(samples, frame, bytes, HEADER));
  });
}
