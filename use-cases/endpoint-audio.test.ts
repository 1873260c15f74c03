import assert from 'node:assert/strict';
import { octetsOf, wavHeader } from '../src/codec/index.ts';
import type { SoundFiles } from '../src/media/ports.ts';
import { keysIn, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';

/** What an endpoint's own keys do to its audio: `music`, `dtmf`. */

/** Two seconds of one tone, which goes round without a seam. */
function tune(hz: number): Uint8Array {
  const samples = Int16Array.from({ length: 16_000 }, (_, at) => 8000 * Math.sin((2 * Math.PI * hz * at) / 8000));
  const data = octetsOf(samples);
  return Uint8Array.of(...wavHeader('PCM16', 8000, data.length), ...data);
}

const HOUSE = 600;
const JAZZ = 1200;
const sounds: SoundFiles = {
  load: (name, then) => then(name === 'music/a' ? tune(HOUSE) : name === 'jazz/a' ? tune(JAZZ) : undefined),
  music: (then, folder = 'music') => then([`${folder}/a`]),
};

const people = (changes: Readonly<Record<string, object>>) => ({
  endpoints: Object.fromEntries(
    ['101', '102', '103'].map((number) => [number, { secret: 'sesame', ...changes[number] }]),
  ),
});

async function talk({ world, alice, bob }: Stage): Promise<readonly [PhoneCall, PhoneCall]> {
  for (const phone of [alice, bob]) await phone.register();
  const out = alice.dial('102');
  const back = await bob.answer();
  await world.until(() => out.hearsOnly(TONES.bob) && back.hearsOnly(TONES.alice));
  return [out, back];
}

story(
  "whom an endpoint holds hears that endpoint's music, whom another holds the music of the house",
  async (stage) => {
    const { world } = stage;
    const [out, back] = await talk(stage);
    await out.hold();
    await world.until(() => back.hearsOnly(JAZZ));
    await out.resume();
    await world.until(() => back.hearsOnly(TONES.alice) && out.hearsOnly(TONES.bob));
    await back.hold();
    await world.until(() => out.hearsOnly(HOUSE));
    await back.resume();
    await world.until(() => out.hearsOnly(TONES.bob));
    await out.hangup();
    await world.until(() => back.ended);
  },
  { exchange: { configuration: people({ 101: { music: 'jazz' } }), sounds } },
);

for (const { dtmf, offers, method } of [
  { dtmf: 'rfc4733', offers: true, method: undefined },
  { dtmf: 'info', offers: false, method: 'INFO' },
  { dtmf: 'inband', offers: false, method: undefined },
] as const) {
  story(
    `an endpoint whose keys are ${dtmf}: what it is offered, and how it gets the keys of others`,
    async (stage) => {
      const { world, calm } = stage;
      const [out, back] = await talk(stage);
      const invite = world.transcript.messages.find(
        ({ firstLine, text }) => firstLine.startsWith('INVITE sip:102@10.0.0.12') && text.includes('m=audio'),
      );
      assert.equal(/telephone-event/.test(invite?.text ?? ''), offers);
      back.mark();
      await out.press('5');
      if (method === undefined) await world.after('1s');
      else await world.until(() => back.requests.length > 0);
      assert.deepEqual(
        back.requests.map((request) => request.method),
        method === undefined ? [] : [method],
      );
      if (dtmf === 'rfc4733') await world.until(() => back.digits === '5');
      else assert.equal(back.digits, '');
      if (dtmf === 'inband' && calm) assert.equal(keysIn(back.heard), '5');
      await out.hangup();
      await world.until(() => back.ended);
    },
    { exchange: { configuration: people({ 102: { dtmf } }) } },
  );
}
