import { test } from 'node:test';
import type { Duration } from './duration.ts';
import { type ExchangeOptions, type PlacedExchange, phoneOf, startExchange } from './exchange.ts';
import { checkInvariants } from './invariants.ts';
import type { Phone } from './phone.ts';
import { quiet } from './quiet.ts';
import { CRUEL, FAIR } from './weather.ts';
import { World, WorldError, type WorldOptions } from './world.ts';

/** The demo exchange and its people, none of them registered yet. */
export interface Stage {
  readonly world: World;
  readonly exchange: PlacedExchange;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly carol: Phone;
  /** Nothing is lost in this world: what rides on an unreliable provisional response may be asserted. */
  readonly calm: boolean;
}

export type Act = (stage: Stage) => Promise<void>;

export interface StoryOptions {
  /** 'fair': also with five seeds of fair chaos, wherever it runs. 'none': never, for what asserts on exact times or messages. */
  readonly chaos?: 'fair' | 'none';
  readonly exchange?: ExchangeOptions;
}

/** What each says into the telephone, in Hz. Nobody says the frequency of the exchange's own tones, 425. */
export const TONES = { alice: 640, bob: 950, carol: 1500 } as const;

const SEEDS = 5;
/** What loss may add to any wait: three losses each way of one message (0.5 + 1 + 2 s, then 4 s steps). */
const FAIR_PATIENCE: Duration = '40s';
/** A call whose party vanished is found out by checks every few minutes. */
const CRUEL_WITHIN: Duration = '30m';

/**
 * A use case, played out in a world of its own: plain, and from the same words with seeds of fair chaos. Ends quiet. With
 * `STROWGER_SEEDS=N` in the environment it is played N times in chaos and not plain: that is the chaos rung.
 */
export function story(name: string, act: Act, options: StoryOptions = {}): void {
  const rung = seedsWanted();
  if (rung === undefined) test(name, () => play(name, act, options, { seed: 'plain' }));
  const seeds = options.chaos === 'none' ? 0 : (rung ?? (options.chaos === 'fair' ? SEEDS : 0));
  for (let seed = 1; seed <= seeds; seed += 1) {
    test(`${name}, fair chaos ${seed}`, () =>
      play(name, act, options, { seed: `fair ${seed}`, patience: FAIR_PATIENCE }, (world) => brew(world, FAIR)));
  }
}

/**
 * The same acts where anything may be lost and a party may vanish: whatever they come to, everything ends quiet and the
 * invariants hold.
 */
export function cruel(name: string, act: Act, options: Pick<StoryOptions, 'exchange'> = {}): void {
  for (let seed = 1; seed <= (seedsWanted() ?? 1); seed += 1) {
    test(`${name}, cruel chaos ${seed}`, () => survive(name, act, options, `cruel ${seed}`));
  }
}

async function play(
  name: string,
  act: Act,
  options: StoryOptions,
  how: WorldOptions,
  begin: (world: World) => void = () => undefined,
): Promise<void> {
  const world = new World(how);
  try {
    const stage = await setStage(world, options.exchange);
    begin(world);
    await act(stage);
    await quiet(world);
    checkInvariants(world.transcript);
  } catch (error) {
    throw told(error, world, name);
  }
}

async function survive(name: string, act: Act, options: StoryOptions, seed: string): Promise<void> {
  const world = new World({ seed });
  try {
    const stage = await setStage(world, options.exchange);
    brew(world, CRUEL);
    const victim = vanishing(stage);
    // What it comes to does not matter: scenes may fail, phones may be without power.
    await act(stage).catch(() => undefined);
    await Promise.all([stage.alice, stage.bob, stage.carol].map((phone) => leave(phone, victim())));
    await quiet(world, { within: CRUEL_WITHIN });
    checkInvariants(world.transcript);
  } catch (error) {
    throw told(error, world, name);
  }
}

export async function setStage(world: World, options: ExchangeOptions = {}): Promise<Stage> {
  const exchange = await startExchange(world, options);
  return {
    world,
    exchange,
    calm: world.seed === 'plain',
    alice: phoneOf(world, exchange, 'alice', { number: '101', address: '10.0.0.11', tone: TONES.alice }),
    bob: phoneOf(world, exchange, 'bob', { number: '102', address: '10.0.0.12', tone: TONES.bob }),
    carol: phoneOf(world, exchange, 'carol', { number: '103', address: '10.0.0.13', tone: TONES.carol }),
  };
}

function brew(world: World, weather: typeof FAIR): void {
  for (const [how, where] of weather) world.network.weather(how, where);
}

/** In two seeds of three somebody's power fails some time in the first half minute. */
function vanishing({ world, alice, bob, carol }: Stage): () => Phone | undefined {
  const random = world.random('vanishing');
  const victim = [alice, bob, carol, undefined, undefined][Math.floor(random.under(5))];
  let gone: Phone | undefined;
  world.arrive(random.under(30_000), () => {
    victim?.vanish();
    gone = victim;
  });
  return () => gone;
}

async function leave(phone: Phone, gone: Phone | undefined): Promise<void> {
  if (phone !== gone) await phone.hangup().catch(() => undefined);
}

function seedsWanted(): number | undefined {
  const text = process.env['STROWGER_SEEDS'];
  return text === undefined || text === '' ? undefined : Number(text);
}

/** The failure with what one needs to see it again: seed and ladder. */
function told(error: unknown, world: World, name: string): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  const ladder = cause instanceof WorldError ? '' : `\n${world.ladder()}`;
  const failure = new Error(`${cause.message}\n\n${name}, seed '${world.seed}'${ladder}`, { cause });
  if (cause.stack !== undefined) failure.stack = cause.stack;
  return failure;
}
