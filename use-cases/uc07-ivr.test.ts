import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { asHeard, findClip, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';

/** The choices of the demo exchange's menu. */
const PROMPT = prompt('demo/ivr');

function prompt(name: string): Int16Array {
  return asHeard(readFileSync(new URL(`../sounds/${name}.wav`, import.meta.url)));
}

function heardPrompt(call: PhoneCall, name: string): boolean {
  return findClip(call.heard.samples, prompt(name)) !== undefined;
}

async function atTheMenu({ alice, bob, world }: Stage): Promise<PhoneCall> {
  await alice.register();
  await bob.register();
  const call = alice.dial('700');
  await world.until(() => call.up && call.hearsSound());
  return call;
}

story('UC07 IVR: the prompt is heard, 1 goes to Bob, and both hear each other', async (stage) => {
  const { alice, bob, world, calm } = stage;
  const call = await atTheMenu(stage);
  await world.after('4s');
  if (calm) assert.ok(findClip(call.heard.samples, PROMPT) !== undefined, 'the prompt was not heard');
  await call.press('1');
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  assert.equal(answered.display.number, '101');
  await alice.hangup();
  await world.until(() => answered.ended);
});

story('UC07 IVR: 2 hangs up', async (stage) => {
  const call = await atTheMenu(stage);
  await call.press('2');
  await stage.world.until(() => call.ended, '30s');
  assert.equal(call.ending?.by, 'remote');
});

story('UC07 IVR: a key in the middle of the prompt ends it at once (barge-in)', async (stage) => {
  const { bob, world, calm } = stage;
  const call = await atTheMenu(stage);
  const began = world.now;
  await call.press('1');
  await world.until(() => bob.ringing);
  if (calm) assert.ok(world.now - began < 1000, `${world.now - began} ms`);
  await call.hangup();
});

story('UC07 IVR: a bad key is answered with a prompt, and the choices come again', async (stage) => {
  const { world, calm } = stage;
  const call = await atTheMenu(stage);
  call.mark();
  await call.press('7');
  await world.after('8s');
  if (calm) {
    assert.ok(heardPrompt(call, 'menu/bad-choice'));
    assert.ok(findClip(call.heard.samples.subarray(8000), PROMPT) !== undefined, 'the choices did not come again');
  }
  await call.press('2');
  await world.until(() => call.ended, '30s');
});

story('UC07 IVR: no key at all is answered with a prompt, three times, then it says goodbye', async (stage) => {
  const { world, calm } = stage;
  const call = await atTheMenu(stage);
  await world.until(() => call.ended, '90s');
  assert.equal(call.ending?.by, 'remote');
  if (!calm) return;
  for (const name of ['menu/no-choice', 'goodbye']) assert.ok(heardPrompt(call, name), name);
});
