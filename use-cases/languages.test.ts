import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Configuration, PASSWORD, story } from '../testing/index.ts';

const BEEP = readFileSync(new URL('../sounds/beep.wav', import.meta.url));

/** A sounds folder with a prompt in French, and all else in English. */
function sounds(): {
  readonly asked: string[];
  readonly load: (name: string, then: (wav?: Uint8Array) => void) => void;
} {
  const asked: string[] = [];
  return {
    asked,
    load: (name, then) => {
      asked.push(name);
      then(['fr/menu', 'menu', 'beep'].includes(name) ? BEEP : undefined);
    },
  };
}

const folder = sounds();
const configuration: Configuration = {
  endpoints: {
    101: { secret: PASSWORD, language: 'fr-CA' },
    102: { secret: PASSWORD },
  },
  extensions: { 700: { play: ['menu', 'beep'] } },
};

story(
  'Prompts are spoken in the language of the caller, where there are some; else as everybody hears them',
  async ({ world, alice, bob, exchange }) => {
    folder.asked.length = 0;
    await alice.register();
    await bob.register();
    const call = alice.dial('700');
    await world.until(() => call.ended);
    assert.deepEqual(folder.asked, ['fr-CA/menu', 'fr/menu', 'fr-CA/beep', 'fr/beep', 'beep']);
    folder.asked.length = 0;
    const plain = bob.dial('700');
    await world.until(() => plain.ended);
    assert.deepEqual([call.status.at(-1), plain.status.at(-1)], [200, 200]);
    assert.deepEqual(folder.asked, ['menu', 'beep']);
    assert.equal(exchange.events.filter(({ event }) => event === 'sound.missing').length, 0);
  },
  { exchange: { configuration, sounds: { load: folder.load, music: (then) => then([]) } } },
);
