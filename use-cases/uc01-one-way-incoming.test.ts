import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { asHeard, findClip, story, TONES } from '../testing/index.ts';

story('UC01 one-way incoming call: the weasels prompt from its first sample', async ({ world, alice, calm }) => {
  await alice.register();
  const call = alice.dial('800');
  await world.until(() => call.up);
  call.mark();
  await world.until(() => call.ended, '30s');
  assert.equal(call.ending?.by, 'remote');
  if (!calm) return;
  const prompt = asHeard(readFileSync(new URL('../sounds/demo/weasels.wav', import.meta.url)));
  const { samples } = call.heard;
  const at = findClip(samples, prompt);
  assert.ok(at !== undefined, 'the prompt was not heard');
  assert.ok(at < 8000 * 0.6, `the prompt began ${at / 8} ms after the answer`);
  const end = findClip(samples.subarray(at), prompt.subarray(prompt.length - 4000));
  assert.ok(end !== undefined, 'the prompt was cut short');
  assert.deepEqual(
    { ...call.stream, packets: 0, sources: 1 },
    { ...call.stream, packets: 0, sources: 1, strangers: 0, stepsBack: 0 },
  );
});

story("UC01 the caller's BYE ends it at once", async ({ world, alice }) => {
  await alice.register();
  const call = alice.dial('800');
  await world.until(() => call.hearsSound());
  await call.hangup();
  const { packets } = call.stream;
  await world.after('1s');
  assert.equal(call.stream.packets, packets);
});

story('Echo and music: 801 gives back what one says, 802 plays until one hangs up', async ({ world, alice }) => {
  await alice.register();
  const echo = alice.dial('801');
  await world.until(() => echo.hearsOnly(TONES.alice));
  await echo.hangup();
  const music = alice.dial('802');
  await world.until(() => music.hearsSound());
  await world.after('40s');
  assert.ok(music.up && music.hearsSound());
  await music.hangup();
});

story('A number whose feature is still to come says so', async ({ world, alice }) => {
  await alice.register();
  for (const number of ['600', '705', '721', '810', '*97', '*8', '*8102', '*66', '*67102', '*72103', '*78']) {
    const call = alice.dial(number);
    await world.until(() => call.hearsSound());
    await call.hangup();
  }
});
