/** So many are heard at a time: three for each of them, which is more than anybody can follow. */
export const MOST_TALKERS = 4;

/** Somebody begins to talk at this level, and talks until he has been below the other one for a while (dB of a full-scale sine). */
const BEGINS = -45;
const ENDS = -50;
/** Frames: the pauses between words (300 ms). */
const HANG = 15;
/** Who is to take the place of another must be so much louder (dB). */
const LOUDER = 6;
/** How fast loudness is forgotten (dB a frame): the loudest syllable of half a second counts. */
const FALL = 0.5;
/** Frames before it is said that somebody talks: a cough is no talk (100 ms). */
const EARNEST = 5;

/** How much of a talker one member is. */
export interface Speaker {
  /** dB; that of the loudest moment, which fades. */
  loudness: number;
  /** He can be heard, or could a moment ago. */
  speaking: boolean;
  /** He is among those who are mixed. */
  chosen: boolean;
  /** He is said to talk. */
  talking: boolean;
  /** Frames: since he was last loud, and since he began. */
  quiet: number;
  spoken: number;
}

export function newSpeaker(): Speaker {
  return { loudness: -Infinity, speaking: false, chosen: false, talking: false, quiet: 0, spoken: 0 };
}

/** Takes in the level of his next frame. */
export function listenTo(speaker: Speaker, level: number): void {
  speaker.loudness = Math.max(level, speaker.loudness - FALL);
  if (level >= BEGINS || (speaker.speaking && level >= ENDS)) speaker.quiet = 0;
  else speaker.quiet += 1;
  speaker.speaking = level >= BEGINS || (speaker.speaking && speaker.quiet <= HANG);
  speaker.spoken = speaker.speaking ? speaker.spoken + 1 : 0;
  speaker.talking = speaker.spoken >= EARNEST;
}

/** The loudest few. Whoever is chosen stays until he is silent, or another one is much louder. */
export function choose(speakers: Iterable<Speaker>): void {
  let count = 0;
  let softest: Speaker | undefined;
  for (const speaker of speakers) {
    speaker.chosen &&= speaker.speaking;
    if (!speaker.chosen) continue;
    count += 1;
    if (softest === undefined || speaker.loudness < softest.loudness) softest = speaker;
  }
  for (const speaker of speakers) {
    if (speaker.chosen || !speaker.speaking) continue;
    if (count < MOST_TALKERS) count += 1;
    else if (softest !== undefined && speaker.loudness > softest.loudness + LOUDER) softest.chosen = false;
    else continue;
    speaker.chosen = true;
    softest = softestOf(speakers);
  }
}

function softestOf(speakers: Iterable<Speaker>): Speaker | undefined {
  let softest: Speaker | undefined;
  for (const speaker of speakers)
    if (speaker.chosen && (softest === undefined || speaker.loudness < softest.loudness)) softest = speaker;
  return softest;
}
