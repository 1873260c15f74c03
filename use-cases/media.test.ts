import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { latin1 } from '../src/kernel/index.ts';
import { asHeard, findClip, phoneOf, story, TONES } from '../testing/index.ts';

const WEASELS = asHeard(readFileSync(new URL('../sounds/demo/weasels.wav', import.meta.url)));

story(
  'a prompt starts at the ACK: its beginning is heard though the 200 was lost three times',
  async ({ world, alice }) => {
    await alice.register();
    let lost = 0;
    world.network.drop(({ kind, bytes }) => {
      const answer = kind === 'sip' && /^SIP\/2\.0 200 [^]*CSeq: \d+ INVITE/.test(latin1(bytes));
      return answer && (lost += 1) <= 3;
    });
    const call = alice.dial('800');
    await world.until(() => call.up);
    call.mark();
    await world.until(() => call.ended, '30s');
    const at = findClip(call.heard.samples, WEASELS);
    assert.ok(at !== undefined, 'the beginning of the prompt was not heard');
    assert.ok(at < 8000 * 0.6, `the prompt began ${at / 8} ms after the answer`);
  },
  { chaos: 'none' },
);

story('a phone behind a NAT is heard, and the log says where its media come from', async ({ world, exchange }) => {
  const behind = world.nat({ kind: 'port-restricted', address: '198.51.100.7' });
  const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '192.168.1.4', behind, tone: TONES.alice });
  await dave.register();
  const call = dave.dial('801');
  await world.until(() => call.hearsOnly(TONES.alice));
  await call.hangup();
  await dave.unregister();
  const latched = exchange.events.filter((event) => event.event === 'media.latched');
  assert.equal(latched.length, 1);
  assert.match(latched[0]?.source ?? '', /^198\.51\.100\.7:\d+$/);
});

story('a media host that dies ends its calls with a cause; without one a caller is told 480', async (stage) => {
  const { world, exchange, alice, bob } = stage;
  for (const phone of [alice, bob]) await phone.register();
  const call = alice.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob));
  exchange.host.kernel.input('media', () => exchange.media.lost('the media host died'));
  await world.until(() => call.ended && answered.ended);
  const ended = exchange.events.find((event) => event.event === 'call.ended');
  assert.equal(ended?.cause.q850, 34);
  const next = alice.dial('102');
  await world.until(() => next.ended);
  const refusal = world.transcript.messages.findLast(({ firstLine }) => firstLine.startsWith('SIP/2.0 4'));
  assert.match(refusal?.text ?? '', /^SIP\/2\.0 480 [^]*\r\nReason: *Q\.850 *; *cause=34/);
});

story(
  'packets of one octet, of strangers and of unknown kinds disturb nobody',
  async ({ world, alice, bob, exchange }) => {
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    const mallory = world.host('10.0.0.66').socket(6666, () => undefined);
    assert.ok(mallory);
    for (let at = 0; at < 100; at += 1) {
      const bytes = new Uint8Array([1, 11, 12, 172, 1500][at % 5] ?? 1).fill(at);
      if (at % 2 === 0) bytes.set([0x80, 0, 0, at & 0xff].slice(0, bytes.length));
      for (let port = 49_152; port < 49_162; port += 1) mallory.send(bytes.slice(), exchange.host.address, port);
      if (at % 10 === 0) await world.after('20ms');
    }
    await world.after('1s');
    call.mark();
    await world.after('2s');
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice), '2s');
    assert.equal(call.stream.sources.length, 1);
    await call.hangup();
  },
);

for (const step of ['an hour forward', 'a day back'] as const) {
  story(`the wall clock is set ${step}: the call and its sound go on`, async ({ world, alice, bob }) => {
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob));
    world.stepWall(step === 'a day back' ? -86_400_000 : '1h');
    await world.after('20s');
    call.mark();
    await world.after('2s');
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice), '2s');
    await call.hangup();
    await world.until(() => answered.ended);
  });
}
