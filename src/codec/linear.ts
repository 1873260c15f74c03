/** Arithmetic on 16-bit linear samples. Full scale is 32768; levels are dB relative to a sine of that amplitude. */

export function saturate(value: number): number {
  if (value > 32767) return 32767;
  return value < -32768 ? -32768 : value;
}

/** Adds to a sum that is wide enough for thousands of speakers; nothing saturates before {@link toSamples}. */
export function addTo(sum: Int32Array, samples: Int16Array, count: number): void {
  for (let at = 0; at < count; at += 1) sum[at] = sum[at]! + samples[at]!;
}

/** The sum without one of its parts: what that speaker hears (n-1). */
export function sumWithout(sum: Int32Array, own: Int16Array, count: number, into: Int16Array): void {
  for (let at = 0; at < count; at += 1) into[at] = saturate(sum[at]! - own[at]!);
}

export function toSamples(sum: Int32Array, count: number, into: Int16Array): void {
  for (let at = 0; at < count; at += 1) into[at] = saturate(sum[at]!);
}

/** In place; `factor` 1 changes nothing. */
export function amplify(samples: Int16Array, count: number, factor: number): void {
  for (let at = 0; at < count; at += 1) samples[at] = saturate(Math.round(samples[at]! * factor));
}

/** Level of the whole block in dB: a full-scale sine has 0, silence -Infinity. */
export function level(samples: Int16Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return samples.length === 0 ? -Infinity : 10 * Math.log10((2 * energy) / samples.length / 32768 ** 2);
}

/** The factor of amplitude that a level in dB stands for. */
export function amplitudeOf(db: number): number {
  return 10 ** (db / 20);
}

/** Little-endian octets as samples; a last odd octet is left out. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(at * 2, true));
}

export function octetsOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, at) => view.setInt16(at * 2, sample, true));
  return bytes;
}
