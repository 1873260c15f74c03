/**
 * The music on hold: our own piece, eight bars of four slow beats in C major. A soft pad holds each chord, an arpeggio walks
 * up and down over it, a bass note opens the bar. The buffer is a ring: what rings past the end rings on at the start, so
 * that the loop has no seam.
 */

export const MUSIC_RATE = 8000;
const BEAT = 0.75;
const BEATS = 4;

/** One bar each: the bass, then the chord from low to high. Numbers are keys of a piano as MIDI counts them (A4 = 69). */
const BARS: readonly { readonly bass: number; readonly chord: readonly number[] }[] = [
  { bass: 48, chord: [60, 64, 67, 71] },
  { bass: 45, chord: [57, 60, 64, 67] },
  { bass: 41, chord: [57, 60, 64, 65] },
  { bass: 43, chord: [59, 62, 67, 69] },
  { bass: 52, chord: [59, 64, 67, 71] },
  { bass: 45, chord: [60, 64, 67, 72] },
  { bass: 50, chord: [62, 65, 69, 72] },
  { bass: 43, chord: [62, 65, 67, 71] },
];

/** Which note of the chord each eighth plays, together with the next but one: never one frequency alone. */
const WALK: readonly number[] = [0, 1, 2, 3, 2, 3, 1, 2];

interface Voice {
  /** Seconds until full, and after which a held note has fallen to a third. */
  readonly attack: number;
  readonly fall: number;
  readonly loud: number;
  /** Loudness of the harmonics against the first. */
  readonly harmonics: readonly number[];
}

const PAD: Voice = { attack: 0.6, fall: 2.2, loud: 0.13, harmonics: [1, 0.45, 0.2] };
const PLUCK: Voice = { attack: 0.012, fall: 0.45, loud: 0.12, harmonics: [1, 0.7, 0.4, 0.2] };
const BASS: Voice = { attack: 0.03, fall: 1.4, loud: 0.18, harmonics: [1, 0.6, 0.3] };

/** Hz of a key. */
function pitch(key: number): number {
  return 440 * 2 ** ((key - 69) / 12);
}

/** The fundamentals of all its notes and their octaves, in Hz: what an ear listens for to know the music. */
export const MUSIC_PITCHES: readonly number[] = [
  ...new Set(BARS.flatMap(({ bass, chord }) => [bass, bass + 12, ...chord, ...chord.map((key) => key + 12)])),
]
  .sort((a, b) => a - b)
  .map(pitch);

/** The whole piece once, −1…1, MUSIC_RATE samples a second. */
export function playScore(): Float64Array {
  const ring = new Float64Array(BARS.length * BEATS * BEAT * MUSIC_RATE);
  BARS.forEach(({ bass, chord }, bar) => {
    const at = bar * BEATS * BEAT;
    sound(ring, at, bass, BASS);
    for (const key of chord) sound(ring, at, key, PAD);
    WALK.forEach((step, eighth) => {
      for (const note of [step, (step + 2) % 4]) sound(ring, at + (eighth * BEAT) / 2, chord[note] ?? bass, PLUCK);
    });
  });
  return ring;
}

/** Adds one note to the ring, until it can no longer be heard. */
function sound(ring: Float64Array, at: number, key: number, voice: Voice): void {
  const from = Math.round(at * MUSIC_RATE);
  const length = Math.round(voice.fall * 6 * MUSIC_RATE);
  for (let i = 0; i < length; i++) {
    const seconds = i / MUSIC_RATE;
    const swell = seconds < voice.attack ? (1 - Math.cos((Math.PI * seconds) / voice.attack)) / 2 : 1;
    const envelope = voice.loud * swell * Math.exp(-seconds / voice.fall);
    const wave = voice.harmonics.reduce(
      (sum, loud, n) => sum + loud * Math.sin(2 * Math.PI * pitch(key) * (n + 1) * seconds),
      0,
    );
    const slot = (from + i) % ring.length;
    ring[slot] = (ring[slot] ?? 0) + envelope * wave;
  }
}
