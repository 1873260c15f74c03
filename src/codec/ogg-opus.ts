import { amplify, amplitudeOf } from './linear.ts';
import { readOgg } from './ogg.ts';
import { OpusDecoder, opusUnits } from './opus.ts';
import type { OpusWasm } from './opus-wasm.ts';
import type { MalformedWav, Recording } from './wav.ts';

/** All that telephones have: a wide band. Opus decodes to it as well as to its own 48 kHz. */
const RATE = 16_000;
/** Units of 48 kHz, in which positions are told, in one sample of ours. */
const UNITS = 3;
/** Packets that are decoded at a time: about a millisecond of work. */
const BLOCK = 25;
const LONGEST_MS = 120;
/** More than an hour and a half of sound. */
const MOST = 6000 * RATE;

interface OpusFile {
  readonly packets: readonly Uint8Array[];
  /** Samples of ours that stand before the first, and how many there are. */
  readonly skip: number;
  readonly length: number;
  readonly gain: number;
}

/** Whether these octets begin like an Ogg file. */
export function isOgg(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4f && bytes[1] === 0x67 && bytes[2] === 0x67 && bytes[3] === 0x53;
}

/**
 * Reads an Ogg Opus file (RFC 7845) of one or two channels, which become one. A long file takes several turns, each behind
 * `defer`. What is damaged in it is left out; a file that is cut short ends where it does. Never throws.
 */
export function readOggOpus(
  bytes: Uint8Array,
  opus: OpusWasm | undefined,
  defer: (then: () => void) => void,
  then: (recording: Recording | MalformedWav) => void,
): void {
  const file = fileIn(bytes);
  if ('malformed' in file) return then(file);
  if (opus === undefined) return then({ malformed: 'Opus cannot be decoded here' });
  const decoder = new OpusDecoder(opus, RATE);
  const samples = new Int16Array(file.length + (LONGEST_MS * RATE) / 1000);
  let made = 0;
  const turn = (from: number): void => {
    for (const packet of file.packets.slice(from, from + BLOCK))
      if (made < file.length) made += decoder.decode(packet, 0, packet.length, samples.subarray(made));
    if (from + BLOCK < file.packets.length && made < file.length) return defer(() => turn(from + BLOCK));
    decoder.free();
    then(finished(samples.subarray(Math.min(made, file.skip), Math.min(made, file.length)), file.gain));
  };
  turn(0);
}

function finished(samples: Int16Array, gain: number): Recording {
  const whole = samples.slice();
  if (gain !== 0) amplify(whole, whole.length, amplitudeOf(gain));
  return { rate: RATE, samples: whole };
}

/**
 * The identification header, then tags, then sound (RFC 7845 §5).
 * ```
 * 'OpusHead' | version 1 | channels 1 | pre-skip 2 LE | rate of the source 4 LE | gain 2 LE, dB / 256 | mapping family 1
 * ```
 */
function fileIn(bytes: Uint8Array): OpusFile | MalformedWav {
  const {
    packets: [head, _tags, ...packets],
    position,
  } = readOgg(bytes);
  if (head === undefined || head.length < 19 || !isOpusHead(head)) return { malformed: 'no Opus in this Ogg file' };
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [version, channels, family] = [view.getUint8(8), view.getUint8(9), view.getUint8(18)];
  if (version >= 16) return { malformed: `version ${version} of Ogg Opus` };
  if (family !== 0 || channels < 1 || channels > 2)
    return { malformed: `${channels} channels, mapping family ${family}` };
  const sounding = packets.filter((packet) => opusUnits(packet, 0, packet.length) > 0);
  const there = sounding.reduce((sum, packet) => sum + opusUnits(packet, 0, packet.length), 0);
  const units = position >= 0 ? Math.min(position, there) : there;
  const length = Math.min(MOST, Math.floor(units / UNITS));
  const skip = Math.floor(view.getUint16(10, true) / UNITS);
  return { packets: sounding, skip, length, gain: view.getInt16(16, true) / 256 };
}

function isOpusHead(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, 8)) === 'OpusHead';
}
