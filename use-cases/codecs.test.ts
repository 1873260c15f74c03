import assert from 'node:assert/strict';
import { phoneOf, story, TONES } from '../testing/index.ts';

const WIDE = [
  { codec: 'G722', name: 'a G.722' },
  { codec: 'opus', name: 'an Opus' },
] as const;

for (const { codec, name } of WIDE) {
  story(`${name} phone and a G.711 phone hear each other's tones`, async ({ world, exchange, bob, calm }) => {
    const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24', codecs: [codec], tone: 700 });
    await dave.register();
    await bob.register();
    const call = dave.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(700));
    assert.equal(call.stream.ssrcs.length, 1);
    assert.equal(answered.stream.stepsBack, 0);
    // In chaos media may come before what agrees them.
    if (calm) assert.equal(call.stream.strangers, 0);
    await call.hangup();
    await dave.unregister();
  });

  story(`${name} phone and another one hear each other, and a prompt`, async ({ world, exchange }) => {
    const phones = [
      phoneOf(world, exchange, 'dave', { number: '101', address: '10.0.0.24', codecs: [codec], tone: 700 }),
      phoneOf(world, exchange, 'erin', { number: '102', address: '10.0.0.25', codecs: [codec, 'PCMU'], tone: 900 }),
    ] as const;
    const [dave, erin] = phones;
    for (const phone of phones) await phone.register();
    const call = dave.dial('102');
    const answered = await erin.answer();
    await world.until(() => call.hearsOnly(900) && answered.hearsOnly(700));
    await call.hangup();
    await world.until(() => answered.ended);
    const prompt = dave.dial('800');
    await world.until(() => prompt.hearsSound());
    await prompt.hangup();
    for (const phone of phones) await phone.unregister();
  });

  story(`a key pressed on ${name} phone reaches a G.711 phone, once`, async ({ world, exchange, bob }) => {
    const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24', codecs: [codec], tone: 700 });
    await dave.register();
    await bob.register();
    const call = dave.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(700));
    await call.press('5#');
    await world.until(() => answered.digits.length >= 2);
    await world.until(() => answered.hearsOnly(700));
    assert.equal(answered.digits, '5#');
    await call.hangup();
    await dave.unregister();
  });
}
