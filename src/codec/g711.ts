/** G.711: 8000 samples a second, an octet each, by tables that are built when this loads. */

export type LawName = 'PCMU' | 'PCMA';

/** One law. Samples are 16-bit linear: µ-law's 14 bits times 4, A-law's 13 bits times 8. */
export interface Law {
  /** Octet to sample. */
  readonly linear: Int16Array;
  /** Sample, as an unsigned 16-bit index (`sample & 0xffff`), to octet. */
  readonly octet: Uint8Array;
  /** The octet of silence. */
  readonly silence: number;
}

/** 33 steps of 4 are added so that every segment begins at a power of two (G.711 table 2). */
const MU_BIAS = 132;
const MU_CLIP = 32635;

export const LAWS: Readonly<Record<LawName, Law>> = {
  PCMU: { linear: table(muToLinear), octet: inverse(linearToMu), silence: 0xff },
  PCMA: { linear: table(aToLinear), octet: inverse(linearToA), silence: 0xd5 },
};

const TRANSCODE: Readonly<Record<LawName, Uint8Array>> = {
  PCMU: Uint8Array.from(LAWS.PCMU.linear, (sample) => LAWS.PCMA.octet[sample & 0xffff]!),
  PCMA: Uint8Array.from(LAWS.PCMA.linear, (sample) => LAWS.PCMU.octet[sample & 0xffff]!),
};

export function isLaw(codec: string): codec is LawName {
  return codec === 'PCMU' || codec === 'PCMA';
}

/** `count` octets from `at` on as samples, to the start of `into`. */
export function decode(codec: LawName, bytes: Uint8Array, at: number, count: number, into: Int16Array): void {
  const { linear } = LAWS[codec];
  for (let index = 0; index < count; index += 1) into[index] = linear[bytes[at + index]!]!;
}

/** The first `count` samples as octets, to `at` and on. */
export function encode(codec: LawName, samples: Int16Array, count: number, into: Uint8Array, at: number): void {
  const { octet } = LAWS[codec];
  for (let index = 0; index < count; index += 1) into[at + index] = octet[samples[index]! & 0xffff]!;
}

/** Octets of this law into those of the other, in place, from `from` to `to`. */
export function transcode(codec: LawName, bytes: Uint8Array, from: number, to: number): void {
  const other = TRANSCODE[codec];
  for (let at = from; at < to; at += 1) bytes[at] = other[bytes[at]!]!;
}

function table(decodeOne: (octet: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, octet) => decodeOne(octet));
}

function inverse(encodeOne: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, index) => encodeOne((index << 16) >> 16));
}

/**
 * ```
 * | 7 | 6 5 4 | 3 2 1 0 |   all bits inverted
 * | + | segment | step  |
 * ```
 */
function muToLinear(octet: number): number {
  const code = ~octet & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + MU_BIAS) << ((code >> 4) & 7)) - MU_BIAS;
  return (code & 0x80) === 0 ? magnitude : -magnitude;
}

function linearToMu(sample: number): number {
  const biased = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const segment = 24 - Math.clz32(biased);
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((biased >> (segment + 3)) & 0x0f)) & 0xff;
}

/** The same octet with the even bits inverted (G.711 table 1); segments 0 and 1 have equal steps. */
function aToLinear(octet: number): number {
  const code = octet ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
}

function linearToA(sample: number): number {
  const magnitude = sample < 0 ? ~sample : sample;
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  const step = (magnitude >> Math.max(4, segment + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
}
