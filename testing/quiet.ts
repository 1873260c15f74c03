import { type Duration } from './duration.ts';
import { type World, WorldError } from './world.ts';

export interface QuietOptions {
  /** How long timers may run; default three minutes, more than any SIP transaction and refer subscription lasts. */
  readonly within?: Duration;
}

/**
 * Runs the timers out, then nothing of any scene may be left on any host, nor may a fault have been contained. For when all
 * calls have ended. Throws a {@link WorldError} that lists what is left.
 */
export async function quiet(world: World, options: QuietOptions = {}): Promise<void> {
  try {
    await world.run(() => Object.keys(world.census()).length === 0, { within: options.within ?? '3m' });
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    throw world.failure(`not quiet: ${left(world)}`);
  }
  if (world.faults.length > 0) throw world.failure(`${world.faults.length} faults were contained`);
}

function left(world: World): string {
  const hosts = Object.entries(world.census()).map(([host, census]) => {
    const kinds = Object.entries(census).map(([kind, count]) => `${kind} ${count}`);
    return `${host} has ${kinds.join(', ')}`;
  });
  return hosts.join('; ');
}
