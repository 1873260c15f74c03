/** RIFF WAVE, 16-bit PCM, one channel: the only kind of sound file that is made or read here. */

const HEADER = 44;

/** Samples of −1…1 as the octets of a file; what lies outside is clipped. `rate` is in samples a second. */
export function writeWave(samples: Float64Array, rate: number): Uint8Array {
  const bytes = new Uint8Array(HEADER + samples.length * 2);
  const view = new DataView(bytes.buffer);
  ascii(bytes, 0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  ascii(bytes, 8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(bytes, 36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, at) =>
    view.setInt16(HEADER + at * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true),
  );
  return bytes;
}

function ascii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

export interface Wave {
  /** Samples a second. */
  readonly rate: number;
  /** −1…1 */
  readonly samples: Float64Array;
}

/**
 * Reads 16-bit mono PCM. A data chunk whose length is 0 or too large (a file still being written) reaches to the end.
 * Undefined: not such a file, or its header is not there yet.
 */
export function readWave(bytes: Uint8Array): Wave | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') return undefined;
  let rate: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(bytes, at);
    const length = view.getUint32(at + 4, true);
    if (name === 'fmt ' && at + 24 <= bytes.length) {
      if (view.getUint16(at + 8, true) !== 1 || view.getUint16(at + 10, true) !== 1) return undefined;
      if (view.getUint16(at + 22, true) !== 16) return undefined;
      rate = view.getUint32(at + 12, true);
    }
    if (name === 'data') return rate === undefined ? undefined : { rate, samples: pcm(view, at + 8, length) };
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function pcm(view: DataView, from: number, length: number): Float64Array {
  const left = view.byteLength - from;
  const count = Math.floor((length === 0 || length > left ? left : length) / 2);
  return Float64Array.from({ length: count }, (_, i) => view.getInt16(from + i * 2, true) / 32768);
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
