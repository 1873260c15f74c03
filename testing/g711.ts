import { decode, type LawName } from '../src/codec/index.ts';

/** The payload numbers that mean the same everywhere (RFC 3551 §6). */
export const STATIC: Readonly<Record<number, LawName>> = { 0: 'PCMU', 8: 'PCMA' };

/** A payload's samples; undefined for what is no G.711 by its number. */
export function samplesOf(payloadType: number, payload: Uint8Array): Int16Array | undefined {
  const codec = STATIC[payloadType];
  return codec && decoded(codec, payload);
}

function decoded(codec: LawName, payload: Uint8Array): Int16Array {
  const samples = new Int16Array(payload.length);
  decode(codec, payload, 0, payload.length, samples);
  return samples;
}
