import { type LawName, decode } from './g711.ts';
import { samplesOf } from './linear.ts';

export interface Recording {
  /** Hz. */
  readonly rate: number;
  /** One channel; two are mixed to one. */
  readonly samples: Int16Array;
  /** The file ends before its sound does: so long the whole would be (ms). */
  readonly whole?: number;
}

export interface MalformedWav {
  readonly malformed: string;
}

export type WavFormat = 'PCM16' | LawName;

/** Format tags of the fmt chunk. */
const TAGS: Readonly<Record<WavFormat, number>> = { PCM16: 1, PCMA: 6, PCMU: 7 };
/** A size from here on is said by who does not know it yet: programs that write to a pipe. */
const UNKNOWN = 0x7fff_0000;
/** The true tag then begins the sub-format's GUID. */
const EXTENSIBLE = 0xfffe;

interface Fmt {
  readonly format: WavFormat;
  readonly channels: number;
  readonly rate: number;
}

/**
 * Reads a WAV file: 16-bit PCM or G.711, one or two channels. A data chunk that claims more than is there (a file cut short, or
 * a stream whose writer could not go back) ends with the file. Never throws.
 * ```
 * 'RIFF' | size | 'WAVE' | { id, 4 octets | size, 4 octets LE | content | a filling octet when the size is odd }…
 * fmt: tag 2 | channels 2 | rate 4 | octets a second 4 | octets a frame 2 | bits a sample 2 | …
 * ```
 */
export function parseWav(bytes: Uint8Array): Recording | MalformedWav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || idAt(view, 0) !== 'RIFF' || idAt(view, 8) !== 'WAVE')
    return { malformed: 'no RIFF WAVE file' };
  let fmt: Fmt | string | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [id, size, content] = [idAt(view, at), view.getUint32(at + 4, true), at + 8];
    if (id === 'fmt ') fmt = readFmt(view, content, Math.min(size, bytes.length - content));
    if (typeof fmt === 'string') return { malformed: fmt };
    if (id === 'data')
      return fmt === undefined
        ? { malformed: 'data before fmt' }
        : read(fmt, bytes.subarray(content, content + size), size);
    at = content + size + (size & 1);
  }
  return { malformed: 'no data' };
}

function idAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function readFmt(view: DataView, at: number, size: number): Fmt | string {
  if (size < 16) return 'fmt is too short';
  const tag = view.getUint16(at, true);
  const trueTag = tag === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const format = formatOf(trueTag);
  const [channels, rate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  if (format === undefined) return `format ${trueTag} is not 1 (PCM), 6 (A-law) or 7 (mu-law)`;
  if (bits !== (format === 'PCM16' ? 16 : 8)) return `${bits} bits a sample`;
  if (channels !== 1 && channels !== 2) return `${channels} channels`;
  return rate >= 4000 && rate <= 192000 ? { format, channels, rate } : `${rate} samples a second`;
}

function formatOf(tag: number): WavFormat | undefined {
  const names: readonly WavFormat[] = ['PCM16', 'PCMU', 'PCMA'];
  return names.find((name) => TAGS[name] === tag);
}

function read({ format, channels, rate }: Fmt, data: Uint8Array, size: number): Recording {
  const samples = format === 'PCM16' ? samplesOf(data) : new Int16Array(data.length);
  if (format !== 'PCM16') decode(format, data, 0, data.length, samples);
  const recording = { rate, samples: channels === 1 ? samples : mixed(samples) };
  if (data.length >= size || size >= UNKNOWN) return recording;
  return { ...recording, whole: (size * 1000) / (rate * channels * (format === 'PCM16' ? 2 : 1)) };
}

function mixed(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: samples.length >> 1 }, (_, at) => (samples[at * 2]! + samples[at * 2 + 1]!) >> 1);
}

/**
 * What stands before `size` octets of data, the channels of each sample side by side. G.711 gets the longer fmt and the fact chunk that every format but PCM
 * must have. A recorder that learns the size at its end writes the header again; behind an odd size goes a filling octet.
 */
export function wavHeader(format: WavFormat, rate: number, size: number, channels: 1 | 2 = 1): Uint8Array {
  const octets = channels * (format === 'PCM16' ? 2 : 1);
  const head = new Uint8Array(format === 'PCM16' ? 44 : 58);
  const view = new DataView(head.buffer);
  putChunk(view, 0, 'RIFF', head.length - 8 + size + (size & 1));
  putId(view, 8, 'WAVE');
  putChunk(view, 12, 'fmt ', format === 'PCM16' ? 16 : 18);
  view.setUint16(20, TAGS[format], true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * octets, true);
  view.setUint16(32, octets, true);
  view.setUint16(34, (octets / channels) * 8, true);
  if (format !== 'PCM16') putChunk(view, 38, 'fact', 4);
  if (format !== 'PCM16') view.setUint32(46, size / channels, true);
  putChunk(view, head.length - 8, 'data', size);
  return head;
}

function putChunk(view: DataView, at: number, id: string, size: number): void {
  putId(view, at, id);
  view.setUint32(at + 4, size, true);
}

function putId(view: DataView, at: number, id: string): void {
  for (let index = 0; index < 4; index += 1) view.setUint8(at + index, id.charCodeAt(index));
}
