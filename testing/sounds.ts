import { parseWav, resample } from '../src/codec/index.ts';
import { RATE } from './recording.ts';

/** A WAV file as a telephone hears it: samples at 8 kHz. Throws when it cannot be read. */
export function asHeard(wav: Uint8Array): Int16Array {
  const recording = parseWav(wav);
  if ('malformed' in recording) throw new Error(recording.malformed);
  return recording.rate === RATE ? recording.samples : resample(recording.samples, recording.rate, RATE);
}
