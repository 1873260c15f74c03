import { globSync } from 'node:fs';

/** A rung that runs one command and passes or fails as a whole. */
export interface CommandRung {
  readonly kind: 'command';
  readonly name: string;
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
  /** Longer than this it hangs: several times what it takes. */
  readonly minutes: number;
}

/** A rung of test files. */
export interface TestRung {
  readonly kind: 'tests';
  readonly name: string;
  readonly files: readonly string[];
  /** A process for each file, instead of one for all. */
  readonly isolated: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Programs it drives, with the Debian package of each. */
  readonly needs: readonly { readonly program: string; readonly debian: string }[];
  /** Longer than this it hangs: several times what it takes. */
  readonly minutes: number;
}

export type Rung = CommandRung | TestRung;

export const MODES = ['all', 'fast', 'long'] as const;
export type Mode = (typeof MODES)[number];

/** Seeds a story gets in the chaos rung, unless the environment says how many. */
const SEEDS: Readonly<Record<Mode, string>> = { fast: '0', all: '5', long: '50' };

const SLOW: ReadonlySet<string> = new Set(['chaos', 'build', 'wire', 'package']);

const STORIES = ['use-cases/**/*.test.ts', 'use-cases/**/*.story.ts'];

const PHONES = [
  { program: 'baresip', debian: 'baresip-core' },
  { program: 'sipp', debian: 'sip-tester' },
  { program: 'twinkle-console', debian: 'twinkle-console' },
  { program: 'chromium', debian: 'chromium' },
  { program: 'kamailio', debian: 'kamailio' },
];

/** Random sequences of acts that are played in the invariants rung, unless the environment says how many. */
const WALKS: Readonly<Record<Mode, string>> = { fast: '20', all: '200', long: '5000' };

/** Minutes for the chaos and invariants rungs. */
const LIMITS: Readonly<Record<Mode, number>> = { fast: 1, all: 20, long: 120 };

export function seedsOf(mode: Mode): string {
  return process.env['STROWGER_SEEDS'] ?? SEEDS[mode];
}

/** The rungs of the ladder in order, cheapest first. */
export function rungsOf(mode: Mode): readonly Rung[] {
  const all: readonly Rung[] = [
    command('lint', ['oxlint', '--type-aware', '--deny-warnings'], ['biome', 'format', '.']),
    command('types', ['tsc', '--noEmit'], ['tsc', '-p', 'web']),
    command('unused', ['knip']),
    tests('architecture', ['test/architecture.test.ts']),
    tests('pure', ['src/**/*.test.ts', 'testing/**/*.test.ts', 'tools/**/*.test.ts', 'web/**/*.test.ts']),
    tests('torture', ['test/torture/**/*.test.ts']),
    tests('stories', STORIES, { env: { STROWGER_SEEDS: '' } }),
    tests('chaos', STORIES, { env: { STROWGER_SEEDS: seedsOf(mode) }, minutes: LIMITS[mode] }),
    tests('invariants', ['test/invariants/**/*.test.ts'], {
      env: { STROWGER_WALKS: process.env['STROWGER_WALKS'] ?? WALKS[mode] },
      minutes: LIMITS[mode],
    }),
    tests('examples', ['test/examples/**/*.test.ts']),
    // As a user starts it: what the phones meet is what was compiled of these sources.
    command('build', ['node', 'tools/build.ts']),
    tests('wire', ['test/wire/**/*.test.ts'], { isolated: true, needs: PHONES, minutes: 30 }),
    tests('package', ['test/package/**/*.test.ts'], { isolated: true, needs: PHONES, minutes: 30 }),
  ];
  const soak = command('soak', ['node', 'bench/soak.ts']);
  if (mode === 'long') return [...all, soak];
  return mode === 'fast' ? all.filter(({ name }) => !SLOW.has(name)) : all;
}

function command(name: string, ...commands: CommandRung['commands']): CommandRung {
  return { kind: 'command', name, commands, minutes: 10 };
}

function tests(
  name: string,
  patterns: string[],
  options: Partial<Pick<TestRung, 'isolated' | 'env' | 'needs' | 'minutes'>> = {},
): TestRung {
  const files = globSync(patterns, { exclude: ['**/node_modules/**'] }).sort();
  return {
    kind: 'tests',
    name,
    files,
    isolated: options.isolated ?? false,
    env: options.env ?? {},
    needs: options.needs ?? [],
    minutes: options.minutes ?? 10,
  };
}
