import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROMPTS } from './sounds/prompts.ts';
import { MUSIC_RATE, playScore } from './sounds/score.ts';
import { writeWave } from './sounds/wave.ts';

/** Makes everything below sounds/ anew: `node tools/make-sounds.ts [folder]`. Needs espeak-ng and sox (Debian packages). */

const PROMPT_RATE = 16_000;
const VOICE = ['-v', 'en-gb', '-s', '165', '-p', '45'];
/** Cuts silence before and after, leaves the peak at −3 dB, without dither: the same sentence gives the same octets. */
const TRIM = 'silence 1 0.005 0.3% reverse silence 1 0.005 0.3% reverse pad 0 0.05 norm -3'.split(' ');

const sounds = process.argv[2] ?? join(import.meta.dirname, '..', 'sounds');
const scratch = mkdtempSync(join(tmpdir(), 'strowger-sounds-'));
try {
  for (const [name, sentence] of Object.entries(PROMPTS)) speak(name, sentence);
  write('beep', writeWave(beep(), PROMPT_RATE));
  write('conference/join', writeWave(step(587, 880), PROMPT_RATE));
  write('conference/leave', writeWave(step(880, 587), PROMPT_RATE));
  write('music/slow-walk', writeWave(loudTo(playScore(), 0.5), MUSIC_RATE));
} finally {
  rmSync(scratch, { recursive: true });
}

function speak(name: string, sentence: string): void {
  const spoken = join(scratch, 'spoken.wav');
  execFileSync('espeak-ng', [...VOICE, '-w', spoken, sentence]);
  const format = ['-r', String(PROMPT_RATE), '-c', '1', '-b', '16'];
  execFileSync('sox', ['-D', spoken, ...format, fileOf(name), ...TRIM]);
}

/** 0.4 s of A5 with a rounded start and end. */
function beep(): Float64Array {
  const length = 0.4 * PROMPT_RATE;
  const edge = 0.01 * PROMPT_RATE;
  return Float64Array.from({ length }, (_, i) => {
    const gain = Math.min(1, i / edge, (length - 1 - i) / edge);
    return 0.4 * gain * Math.sin((2 * Math.PI * 880 * i) / PROMPT_RATE);
  });
}

/** Two notes of 0.12 s, one after the other. */
function step(first: number, second: number): Float64Array {
  const note = 0.12 * PROMPT_RATE;
  const edge = 0.01 * PROMPT_RATE;
  return Float64Array.from({ length: 2 * note }, (_, i) => {
    const at = i % note;
    const gain = Math.min(1, at / edge, (note - 1 - at) / edge);
    return 0.2 * gain * Math.sin((2 * Math.PI * (i < note ? first : second) * at) / PROMPT_RATE);
  });
}

/** The same with this peak. */
function loudTo(samples: Float64Array, peak: number): Float64Array {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.map((sample) => (sample * peak) / loudest);
}

function write(name: string, bytes: Uint8Array): void {
  writeFileSync(fileOf(name), bytes);
}

function fileOf(name: string): string {
  const path = join(sounds, `${name}.wav`);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}
