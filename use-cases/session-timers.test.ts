import assert from 'node:assert/strict';
import { type Configuration, PASSWORD, phoneOf, type Stage, story } from '../testing/index.ts';

const configuration: Configuration = {
  sessionTimer: '2m',
  endpoints: {
    101: { secret: PASSWORD },
    102: { secret: PASSWORD },
    103: { secret: PASSWORD, sessionTimer: '90s' },
    104: { secret: PASSWORD, sessionTimer: 'off' },
  },
};

/** The values of a header in what the exchange sent. */
function said({ world }: Stage, start: RegExp, header: string): readonly string[] {
  const pattern = new RegExp(`^${header}: *([^\\r]*)`, 'gim');
  return world.transcript.messages
    .filter(({ from, firstLine }) => from === 'exchange' && start.test(firstLine))
    .flatMap(({ text }) => [...text.matchAll(pattern)].map(([, value = '']) => value));
}

story(
  'Every call has a session timer: asked for of phones, kept by us for those that know none',
  async (stage) => {
    const { world, alice, bob } = stage;
    await alice.register();
    await bob.register();
    const call = alice.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.up);
    assert.deepEqual(new Set(said(stage, /^INVITE/, 'Session-Expires')), new Set(['120']));
    assert.deepEqual(new Set(said(stage, /^INVITE/, 'Min-SE')), new Set(['90']));
    await world.after('4m');
    assert.ok(call.up && answered.up);
    const refreshes =
      said(stage, /^UPDATE/, 'Session-Expires').length + said(stage, /^INVITE/, 'Session-Expires').length;
    assert.ok(refreshes >= 7, `${refreshes}: both legs, every minute`);
    await call.hangup();
    await world.until(() => answered.ended);
  },
  { exchange: { configuration } },
);

story(
  'An endpoint may have a session timer of its own, or none; 422 makes it longer',
  async (stage) => {
    const { world, alice, exchange } = stage;
    const patient = phoneOf(world, exchange, 'patient', {
      number: '103',
      address: '10.0.0.33',
      timer: { minimum: 300 },
    });
    const plain = phoneOf(world, exchange, 'plain', { number: '104', address: '10.0.0.34' });
    for (const phone of [alice, patient, plain]) await phone.register();
    const call = alice.dial('103');
    await patient.answer();
    await world.until(() => call.up);
    assert.deepEqual([...new Set(said(stage, /^INVITE sip:103/, 'Session-Expires'))], ['90', '300']);
    await call.hangup();
    const other = alice.dial('104');
    await plain.answer();
    await world.until(() => other.up);
    assert.deepEqual(said(stage, /^INVITE sip:104/, 'Session-Expires'), []);
    await other.hangup();
  },
  { exchange: { configuration } },
);
