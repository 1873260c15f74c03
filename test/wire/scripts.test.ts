import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { share, windows } from './peers/ear.ts';
import { HEARD_RATE, type Mark } from './peers/recording.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
/** The beep of a recording: Hz, its length and the time from one to the next (ms), and how much each may seem longer or shorter. */
const BEEP = 1400;
const LONG = 200;
const EVERY = 2000;
const NEARLY = 80;
/** Part of the power that it has over a voice four times as loud. */
const PRESENT = 0.03;
/** Milliseconds in which it is looked for. */
const STEP = 20;

describe('what a script does for a real phone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-scripts-'));
  let server: Server;
  let alice: Baresip;
  let bob: Baresip;

  before(async () => {
    const file = join(folder, 'strowger.config.ts');
    writeFileSync(
      file,
      `import { type Application, defineConfig } from 'strowger';
const tell: Application<{ text: string }, string> = async (call, { text }) => (await call.send(text)).kind;
export default defineConfig({
  algorithms: ['MD5'],
  endpoints: { 101: { name: 'Alice', secret: 'rotary-dial' }, 102: { name: 'Bob', secret: 'rotary-dial' } },
  parking: { first: 701, last: 702, entrance: 721 },
  applications: { tell },
  extensions: { 802: { music: true }, 852: { run: 'tell', options: { text: 'from a table' } } },
  dialplan: (d) =>
    d
      .on('850', async (call) => {
        const result = await call.dial('102');
        if (result.kind !== 'answered') return;
        call.startRecording({ beep: { every: '2s' } });
        await call.bridge(result.leg);
      })
      .on('851', async (call) => {
        await call.answer();
        if ((await call.run(tell, { text: 'Grüße' })) === 'sent') await call.echo();
      })
      .on('853', async (call) => void (await call.park('702'))),
});
`,
    );
    server = await Server.start('--config', file);
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server, codecs: 'PCMU' });
    bob = await Baresip.start({ number: '102', tone: BOB, registrar: server, codecs: 'PCMA' });
  });
  after(async () => {
    await alice?.stop();
    await bob?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, bob], body);

  /** When beeps began since the mark, and how long they were (ms). */
  const beeps = (phone: Baresip, since: Mark): readonly { readonly at: number; readonly ms: number }[] => {
    const there = windows(phone.heard(since), (STEP * HEARD_RATE) / 1000).map(
      (window) => share(window, HEARD_RATE, BEEP) > PRESENT,
    );
    return there.flatMap((sounds, at) => {
      if (!sounds || there[at - 1] === true) return [];
      const end = there.indexOf(false, at);
      return end < 0 ? [] : [{ at: at * STEP, ms: (end - at) * STEP }];
    });
  };

  const hearsBeeps = async (phone: Baresip, since: Mark): Promise<void> => {
    const whole = () => beeps(phone, since).filter(({ ms }) => Math.abs(ms - LONG) <= NEARLY);
    const told = () => JSON.stringify(beeps(phone, since));
    const found = await until(`beeps at ${phone.name}`, () => whole().length >= 3 && whole(), 20_000, told);
    for (const [index, { at }] of found.slice(1).entries())
      assert.ok(Math.abs(at - (found[index]?.at ?? 0) - EVERY) <= NEARLY, told());
  };

  test('850: both hear every two seconds that they are recorded, and each other in between', () =>
    scene(async () => {
      await alice.dial('850');
      await bob.rings();
      await bob.accept();
      await alice.established();
      const [a, b] = [alice.mark(), bob.mark()];
      await Promise.all([hearsBeeps(alice, a), hearsBeeps(bob, b)]);
      await Promise.all([alice.hearsTone(BOB, a), bob.hearsTone(ALICE, b)]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  for (const [number, text] of [
    ['851', 'Grüße'],
    ['852', 'from a table'],
  ] as const)
    test(`${number}: an application sends a text, which the phone has`, () =>
      scene(async () => {
        await alice.dial(number);
        const mine = () => alice.messages().filter(({ method, body }) => method === 'MESSAGE' && body.includes(text));
        await until('the text', () => mine().length > 0);
        const [message] = mine();
        assert.equal(message?.header('Content-Type')[0], 'text/plain;charset=UTF-8');
        const call = message.header('Call-ID')[0];
        const answers = () =>
          alice.messages().filter((one) => one.sent && one.status > 0 && one.header('Call-ID')[0] === call);
        await until('its answer', () => answers().some(({ method, status }) => method === 'MESSAGE' && status >= 200));
        assert.equal(answers().find(({ method }) => method === 'MESSAGE')?.status, 200);
        if (number === '852') return void (await alice.closed());
        await alice.hearsTone(ALICE, alice.mark());
        await alice.hangup();
        await alice.closed();
      }));

  test('853: a script parks the caller, whom Bob takes back', () =>
    scene(async () => {
      await alice.dial('853');
      await alice.established();
      await alice.hearsMusic(alice.mark(), 15_000);
      await bob.dial('702');
      await bob.established();
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('nothing is left, and nothing went wrong', () => scene(async () => void (await server.quietStatus())));
});
