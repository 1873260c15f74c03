import { checkInvariants, quiet, startExchange, World } from '../../testing/index.ts';
import { type Act, told } from './acts.ts';
import { perform } from './doing.ts';
import { wrong } from './look.ts';
import { peopleIn, type Scene } from './people.ts';
import { untrue } from './truth.ts';

/** A pause after which things must have settled; then they get this much more. */
const LONG = 3000;
const LOOKS = 12;

/** Plays a sequence in a world of its own. Gives what was wrong, with the ladder; undefined: nothing. */
export async function walk(acts: readonly Act[]): Promise<string | undefined> {
  const world = new World({ seed: 'walk' });
  try {
    const exchange = await startExchange(world);
    const scene: Scene = { world, exchange, people: await peopleIn(world, exchange), sent: [] };
    for (const act of acts) {
      const acted = perform(scene, act);
      if (act.pause > 0 && (acted || act.pause >= LONG)) await world.after(act.pause);
      if (acted && act.pause >= LONG) await settled(scene);
    }
    await settled(scene);
    await leave(scene);
    checkInvariants(world.transcript);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.includes('seconds') ? message : `${message}\n${world.ladder()}`;
  }
}

/** So many shorter sequences are tried. */
const TRIES = 150;

/** The shortest sequence found that goes wrong as well: first halves are left out, in the end single acts. */
export async function shortest(acts: readonly Act[]): Promise<readonly Act[]> {
  let few = acts;
  let tries = 0;
  for (let size = Math.ceil(acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = few.length - size; at > -size && tries < TRIES; at -= size) {
      const fewer = few.filter((_, index) => index < at || index >= at + size);
      tries += 1;
      if ((await walk(fewer)) !== undefined) few = fewer;
    }
  }
  return few;
}

/** A failure as it is told: what is wrong, how to get there, and what passed the network. */
export async function explained(seed: number, acts: readonly Act[]): Promise<string> {
  const few = await shortest(acts);
  return `seed ${seed}, the shortest sequence found:\n${told(few)}\n${await walk(few)}`;
}

async function settled(scene: Scene): Promise<void> {
  let found = wrong(scene);
  for (let look = 0; look < LOOKS && found !== undefined; look += 1) {
    await scene.world.after('500ms');
    found = wrong(scene);
  }
  if (found !== undefined) throw scene.world.failure(found);
}

/** Everybody hangs up; then nothing may be left, and everybody must have been told the truth. */
async function leave(scene: Scene): Promise<void> {
  const { world, people } = scene;
  const here = people.filter(({ gone }) => !gone);
  await Promise.all(here.map(({ phone }) => phone.hangup().catch(() => undefined)));
  // Who was rung back meanwhile does not want it.
  for (let again = 0; again < 4 && here.some(({ phone }) => phone.calls.some(({ ended }) => !ended)); again += 1) {
    await world.after('1s');
    await Promise.all(here.map(({ phone }) => phone.hangup().catch(() => undefined)));
  }
  await quiet(world, { within: here.length === people.length ? '3m' : '30m' });
  const { view } = scene.exchange.exchange;
  const waiting = [...view.parked().map(({ space }) => space), ...view.conferences.views().map(({ number }) => number)];
  if (waiting.length > 0) throw world.failure(`somebody is left at ${waiting.join()}`);
  const lie = untrue(scene);
  if (lie !== undefined) throw world.failure(lie);
}
