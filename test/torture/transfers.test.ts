import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkInvariants, phoneOf, type PhoneCall, quiet, Random, startExchange, World } from '../../testing/index.ts';

type Field = readonly [name: string, value: string];

/** Worlds, and requests in each. */
const WORLDS = 12;
const REQUESTS = 14;

/** What values are broken with: what parsers trip over, and long runs of it. */
const SHARDS = [
  '<',
  '>',
  '"',
  ';',
  '=',
  '%',
  '%00',
  '%0d%0a',
  '%zz',
  '@',
  ':',
  ',',
  '?',
  '\\',
  '\u00e9',
  ' ',
  '\t',
  '*',
  '[::1]',
  ';method=BYE',
  ';lr',
  '?Replaces=',
  'A'.repeat(5000),
  ';a=b'.repeat(400),
] as const;

/** Puts shards in, takes pieces out, and doubles others. */
function broken(random: Random, value: string): string {
  let text = value;
  for (let times = Math.floor(random.under(4)); times > 0; times -= 1) {
    const at = Math.floor(random.under(text.length + 1));
    const length = Math.floor(random.under(12));
    const cut = text.slice(at, at + length);
    const put = [SHARDS[Math.floor(random.under(SHARDS.length))] ?? '', '', cut + cut][Math.floor(random.under(3))];
    text = text.slice(0, at) + (put ?? '') + text.slice(at + length);
  }
  return text.slice(0, 9000);
}

/** Header fields of a transfer, whole or broken; some are not there, some twice. */
function fields(random: Random, dialogs: readonly string[]): readonly Field[] {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random.under(list.length))];
  const dialog = pick(dialogs) ?? 'x;to-tag=1;from-tag=2';
  const target = pick(['101', '102', '103', '203', '701', '721', '600', '700', '199', '*78', 'sips:x', '']) ?? '';
  const known: readonly Field[] = [
    ['Refer-To', `<sip:${target}@10.0.0.1>`],
    ['Refer-To', `<sip:${target}@10.0.0.1?Replaces=${encodeURIComponent(dialog)}>`],
    ['Replaces', dialog],
    ['Target-Dialog', dialog.replace('to-tag', 'local-tag').replace('from-tag', 'remote-tag')],
    ['Referred-By', '<sip:102@10.0.0.1>;cid="20398823.2UWQFN309shb3@referrer.example"'],
    ['Refer-Sub', 'false'],
    ['Require', 'norefersub, explicitsub'],
    ['Supported', 'replaces, tdialog, nosub'],
  ];
  const chosen = known.filter(() => random.chance(0.4));
  return chosen.map(([name, value]) => [name, random.chance(0.7) ? broken(random, value) : value] as const);
}

test('REFER and Replaces with anything in their headers: no fault, one answer each, and nothing is left', async () => {
  let asked = 0;
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const random = new Random(`torture ${seed}`);
    const world = new World({ seed: `torture ${seed}` });
    const exchange = await startExchange(world);
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name, at) =>
      phoneOf(world, exchange, name, { number: `10${at + 1}`, address: `10.0.0.1${at + 1}` }),
    );
    assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
    for (const phone of [alice, bob, carol]) await phone.register();
    const people = [alice, bob, carol];
    for (let at = 0; at < REQUESTS; at += 1) {
      const who = people[Math.floor(random.under(3))] ?? bob;
      const up = (): readonly PhoneCall[] => who.calls.filter((call) => call.up);
      if (up().length === 0) void who.dial(`20${1 + ((people.indexOf(who) + 1) % 3)}`);
      for (const phone of people) for (const call of phone.calls) if (call.ringing) void call.answer();
      await world.after(random.chance(0.5) ? '40ms' : '1ms');
      const dialogs = people.flatMap(({ calls }) =>
        calls.filter(({ ended }) => !ended).map(({ replaces }) => replaces),
      );
      const headers = fields(random, dialogs);
      const call = up()[0];
      const way = random.under(10);
      if (way < 2) void who.dial('203', { headers });
      else if (way < 4) void who.request('REFER', '203', headers).catch(() => undefined);
      else if (call !== undefined) call.refer(false, headers);
      asked += 1;
      if (random.chance(0.1)) void who.hangup().catch(() => undefined);
    }
    await world.after('5s');
    for (let again = 0; again < 6 && people.some(({ calls }) => calls.some(({ ended }) => !ended)); again += 1) {
      await Promise.all(people.map((phone) => phone.hangup().catch(() => undefined)));
      await world.after('3s');
    }
    await quiet(world, { within: '10m' });
    checkInvariants(world.transcript);
    assert.equal(exchange.exchange.view.status().faults, 0);
  }
  assert.equal(asked, WORLDS * REQUESTS);
});
