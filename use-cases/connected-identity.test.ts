import assert from 'node:assert/strict';
import { fromLatin1 } from '../src/kernel/index.ts';
import { DEMO_CONFIG, DEMO_FEATURES } from '../src/demo.ts';
import type { Account } from '../src/pbx/index.ts';
import { type Phone, phoneOf, type PhoneOptions, type Stage, story, TONES } from '../testing/index.ts';
import { BOB, CAROL, same } from './transfers.ts';

/** Alice's telephone, one that reads and writes who is there in From (RFC 4916). */
function modern({ world, exchange }: Stage, more: Partial<PhoneOptions> = {}): Phone {
  const options: PhoneOptions = {
    number: '101',
    address: '10.0.1.5',
    displayName: 'Alice',
    tone: TONES.alice,
    fromChange: true,
  };
  return phoneOf(world, exchange, 'modern', { ...options, ...more });
}

/** Requests of a method that came to, or from, a host: their From and To. */
function said(
  { world }: Stage,
  method: string,
  end: 'to' | 'from',
  name: string,
): readonly (readonly [string, string])[] {
  const lines = world.transcript.messages.filter((one) => one[end] === name && one.firstLine.startsWith(`${method} `));
  return lines.map(({ text }) => [field(text, 'From'), field(text, 'To')] as const);
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1] ?? '';
}

story(
  'RFC 4916: whoever reads From is told there who has answered, and who is there after a transfer',
  async (stage) => {
    const { world, bob, carol, calm } = stage;
    const phone = modern(stage);
    for (const one of [phone, bob, carol]) await one.register();
    const call = phone.dial('202');
    const answered = await bob.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.bob));
    await world.until(() =>
      said(stage, 'UPDATE', 'to', 'modern').some(([from]) => from.startsWith('"Bob" <sip:102@10.0.0.1>;tag=')),
    );
    answered.refer('203');
    const third = await carol.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && third.hearsOnly(TONES.alice));
    await world.until(() => same(call.display, CAROL) && answered.ended);
    const shown = said(stage, 'UPDATE', 'to', 'modern').map(([from]) => from.split(';')[0]);
    assert.deepEqual([...new Set(shown)], ['"Bob" <sip:102@10.0.0.1>', '"Carol" <sip:103@10.0.0.1>']);
    if (calm) assert.equal(shown.length, 2, 'each once');
    // Bob's phone has not said that it reads From: it sees none but the one that it knows.
    assert.deepEqual(said(stage, 'UPDATE', 'to', 'bob'), []);
    await call.hangup();
    const [, to = ''] = said(stage, 'BYE', 'from', 'modern')[0] ?? [];
    assert.match(to, /^"Carol" <sip:103@10\.0\.0\.1>;tag=/, 'what it was told it says, and is understood');
    await world.until(() => third.ended);
  },
);

story('RFC 4916: somebody who withholds his number is anonymous in From too', async (stage) => {
  const { world, bob, carol } = stage;
  const phone = modern(stage, { number: '102', displayName: 'Bob', tone: TONES.bob });
  for (const one of [phone, bob, carol]) await one.register();
  const call = carol.dial('*67202');
  const answered = await phone.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.carol));
  const [from = ''] = said(stage, 'INVITE', 'to', 'modern')[0] ?? [];
  assert.match(from, /^"Anonymous" <sip:anonymous@anonymous\.invalid>/);
  await call.hangup();
  assert.ok(world.transcript.messages.every(({ to, text }) => to !== 'modern' || !text.includes('103@')));
});

const REMOTE = '10.0.0.50';
const accounts: readonly Account[] = [
  ...DEMO_CONFIG.accounts,
  { number: 'remote', name: 'Remote', addresses: [REMOTE], trusted: true },
];

for (const trusted of [true, false])
  story(
    `RFC 4916: another From of ${trusted ? 'a system that is trusted is shown' : 'a phone names nobody'}, and its requests are understood`,
    async (stage) => {
      const { world, carol } = stage;
      const phone = modern(stage, trusted ? { number: 'remote', address: REMOTE } : {});
      await carol.register();
      if (!trusted) await phone.register();
      const headers = [['P-Asserted-Identity', `"Bob" <sip:102@${REMOTE}>`]] as const;
      const call = phone.dial('203', trusted ? { headers } : {});
      const answered = await carol.answer();
      await world.until(() => call.up && answered.hearsOnly(TONES.alice));
      const before = trusted ? BOB : { name: 'Alice', number: '101' };
      assert.deepEqual(answered.display, before);
      let status = 0;
      phone.host.kernel.input('renamed', () => {
        call.session?.identify(`"Dora" <sip:777@${REMOTE}>`);
        call.session?.request('UPDATE', {}, (result) => {
          status = result.status;
        });
      });
      await world.until(() => status > 0);
      assert.equal(status, 200);
      if (trusted) await world.until(() => same(answered.display, { name: 'Dora', number: '777' }));
      else await world.after('1s');
      if (!trusted) assert.deepEqual(answered.display, before);
      // What we send is addressed to whom it says it is, and found by its tags.
      await answered.hangup();
      await world.until(() => call.ended);
      const [, to = ''] = said(stage, 'BYE', 'to', 'modern')[0] ?? [];
      assert.match(to, /^"Dora" <sip:777@/);
    },
    { exchange: { accounts, features: DEMO_FEATURES } },
  );

story(
  'RFC 4916: another From in a request that is refused names nobody; the same number written otherwise is the same one',
  async (stage) => {
    const { world, carol } = stage;
    const phone = modern(stage, { number: 'remote', address: REMOTE });
    await carol.register();
    const call = phone.dial('203', { headers: [['P-Asserted-Identity', `"Bob" <sip:102@${REMOTE}>`]] });
    const answered = await carol.answer();
    await world.until(() => call.up && answered.hearsOnly(TONES.alice));
    const ask = async (from: string, sdp?: string): Promise<number> => {
      let status = 0;
      const more = sdp === undefined ? {} : { body: fromLatin1(sdp) };
      phone.host.kernel.input('asked', () => {
        call.session?.identify(from);
        const headers = sdp === undefined ? [] : ([['Content-Type', 'application/sdp']] as const);
        call.session?.request('UPDATE', { headers, ...more }, (result) => {
          status = result.status;
        });
      });
      await world.until(() => status > 0);
      return status;
    };
    assert.equal(await ask(`"Dora" <sip:777@${REMOTE}>`, 'no description'), 488);
    await world.after('1s');
    assert.deepEqual(answered.display, BOB);
    assert.equal(await ask(`<sip:remote@other.example;user=phone>`), 200);
    await world.after('1s');
    assert.deepEqual(answered.display, BOB);
    await answered.hangup();
    await world.until(() => call.ended);
    const [, to = ''] = said(stage, 'BYE', 'to', 'modern')[0] ?? [];
    assert.match(to, /^<sip:remote@other\.example;user=phone>;tag=/, 'what was accepted is what we say');
  },
  { exchange: { accounts, features: DEMO_FEATURES } },
);
