import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readWave } from '../../tools/sounds/wave.ts';
import { Baresip } from './peers/baresip.ts';
import { Console } from './peers/console.ts';
import { freeBlock } from './peers/ports.ts';
import { credentials, Raw } from './peers/raw.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
const WEASELS = join(ROOT, 'sounds', 'demo', 'weasels.wav');
const run = promisify(execFile);

/** A new token, as a user makes it. */
async function tokenOf(server: Server, ...scopes: readonly string[]): Promise<string> {
  const words = [PROGRAM, 'token', 'create', '--scope', ...scopes, '--data', server.data];
  return (await run(process.execPath, words, { cwd: ROOT })).stdout.trim();
}

describe('the web console', () => {
  let server: Server;
  let alice: Baresip;
  let bob: Baresip;
  let desk: Console;

  before(async () => {
    // It comes back where the browser looks for it.
    server = await Server.start('--http-port', String(await freeBlock()));
    alice = await Baresip.start({ number: '101', tone: 620, registrar: server });
    bob = await Baresip.start({ number: '102', tone: 830, registrar: server });
    desk = await Console.open(server.link);
  });
  after(async () => {
    await desk?.close();
    await alice?.stop();
    await bob?.stop();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, bob, desk], body);

  /** Fills the form in and presses its button. */
  async function place(from: string, to: string): Promise<void> {
    await desk.turnTo('Calls');
    await desk.page.locator('[name=from]').selectOption(from);
    await desk.page.locator('[name=to]').fill(to);
    await desk.press('Place the call');
  }

  const latest = '.placed:first-of-type';

  test('signs in by the link that the exchange prints; the token leaves the address and stays through a reload', () =>
    scene(async () => {
      await desk.says('ready', '#phase');
      await desk.says('Place the call');
      assert.equal(desk.page.url(), `${server.http}/`);
      await desk.page.reload();
      await desk.says('ready', '#phase');
      await desk.says('Place the call');
    }));

  test('UC02: a button rings Bob; he hears the recording, and his BYE is shown', () =>
    scene(async () => {
      const whole = readWave(readFileSync(WEASELS));
      assert.ok(whole !== undefined);
      // He hangs up in the middle of it.
      const prompt = { ...whole, samples: whole.samples.subarray(0, 2 * whole.rate) };
      await place('102', '800');
      await bob.rings();
      await desk.says('Bob 102 rings', latest);
      await desk.says('Bob 102 rings.', '#news');
      const start = bob.mark();
      await bob.accept();
      await desk.says('Bob 102 has answered', latest);
      await desk.says(/Bob 102 → 800.*talking 0:0\d/s, '#calls');
      await bob.hearsPrompt(prompt, start);
      await bob.hangup();
      await desk.says('Bob 102 hung up (200 Normal Clearing)', latest);
      await desk.says('Nobody talks.', '#calls');
      await desk.says(/Bob 102 → 800.*Bob 102 hung up \(200 Normal Clearing\)/s, '#records');
    }));

  test('by the keyboard alone: a call is placed, given up, and said to be', () =>
    scene(async () => {
      await desk.page.locator('[name=from]').selectOption('101');
      await desk.page.locator('[name=to]').focus();
      await desk.page.keyboard.press('ControlOrMeta+a');
      await desk.page.keyboard.type('102');
      await desk.says('Alice’s phone rings, then Bob’s; both are joined.', '#place');
      await desk.page.keyboard.press('Enter');
      await alice.rings();
      await desk.says('Alice 101 rings', latest);
      await desk.page.getByRole('button', { name: 'Give up' }).focus();
      await desk.page.keyboard.press('Enter');
      await alice.closed();
      await desk.says('Given up (487 Request Terminated)', latest);
    }));

  test('a phone that is busy: the status as it came; what the API refuses: its own words', () =>
    scene(async () => {
      await place('102', '800');
      await bob.rings();
      await bob.hangup();
      await desk.says('Busy (486 Rejected)', latest);
      await place('102', 'no number');
      await desk.says('to: it is no number', '#place');
    }));

  test('phones: their lamps, where they are, and until when', () =>
    scene(async () => {
      await desk.turnTo('Phones');
      const of = (number: string) => `.phone[data-number="${number}"]`;
      await desk.says(/102 Bob\s+idle\s+udp:127\.0\.0\.1:\d+\s*baresip v1\.0\.0.*expires in \d+ min/s, of('102'));
      await desk.says('not registered', of('104'));
      await alice.dial('102');
      await bob.rings();
      await desk.says('ringing', of('102'));
      await desk.says('calling', of('101'));
      await bob.accept();
      await alice.established();
      await desk.says('talking', of('102'));
    }));

  test('calls: how they sound, a transfer that leads nowhere and one that does, and the end', () =>
    scene(async () => {
      await desk.turnTo('Calls');
      await desk.says(/Alice 101 connected PCMU, MOS 4\.\d/, '#calls');
      await desk.press('Transfer Alice 101 → 102', '#calls');
      await desk.page.locator('[name=target]').fill('999');
      await desk.press('Transfer', '.send');
      await desk.says('Nothing answers to 999.', '.send');
      const start = alice.mark();
      await desk.page.locator('[name=target]').fill('802');
      await desk.press('Transfer', '.send');
      await alice.hearsMusic(start);
      await bob.closed();
      await desk.press('Hang up Alice 101 → 102', '#calls');
      await alice.closed();
      await desk.says('Nobody talks.', '#calls');
    }));

  test('conferences: who is in, who is muted, and who is sent away', () =>
    scene(async () => {
      await desk.turnTo('Conferences');
      await alice.dial('600');
      await alice.established();
      await bob.dial('600');
      await bob.established();
      await desk.says('2 members');
      await desk.press('Mute Alice 101');
      await desk.says('muted', '.member[data-member="101"]');
      await desk.press('Lock');
      await desk.says('locked');
      await desk.press('Send Bob 102 away');
      await bob.closed();
      await desk.says('1 member');
      await desk.press('End for all');
      await alice.closed();
      await desk.says('Nobody is in a conference.');
    }));

  test('a token that may only look: all is seen, the buttons are off and say why', () =>
    scene(async () => {
      const looker = await Console.open(`${server.http}/#token=${await tokenOf(server, 'read')}`);
      try {
        await looker.says('This token may only look: it lacks the scope calls.');
        await looker.says('Bob 102 → 800', '#records');
        const button = looker.page.getByRole('button', { name: 'Place the call' });
        assert.equal(await button.isDisabled(), true);
        assert.match((await button.getAttribute('title')) ?? '', /lacks the scope calls/);
        assert.deepEqual(looker.mishaps, []);
      } finally {
        await looker.close();
      }
    }));

  test('without a token: how things stand but not who talks; a wrong one is refused in the API’s words, a right one lets in', () =>
    scene(async () => {
      const visitor = await Console.open(server.http, { width: 390 });
      try {
        await visitor.says('2 of 4 registered');
        await visitor.says('a prompt about weasels');
        assert.doesNotMatch(await visitor.page.content(), /udp:127|baresip|Alice 101 →/);
        const enter = async (token: string) => {
          await visitor.page.getByLabel('Token').fill(token);
          await visitor.press('Sign in');
        };
        await enter('stw_000000000000_00');
        await visitor.says('This needs a token, and there was none or it is not valid.', '#sign-in');
        await enter(await tokenOf(server, 'read', 'calls'));
        await visitor.says('Place the call');
        const [wide, seen] = await visitor.page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, innerWidth]',
        );
        assert.ok(wide <= seen, `${wide} of ${seen} pixels: a telephone does not scroll sideways`);
        await visitor.press('Sign out');
        await visitor.says('Who talks with whom is shown');
        assert.deepEqual(visitor.mishaps, []);
      } finally {
        await visitor.close();
      }
    }));

  test('says that the exchange is away, and goes on by itself when it is back', () =>
    scene(async () => {
      await place('102', '800');
      await bob.rings();
      await desk.says('Bob 102 rings', latest);
      await server.kill9();
      await desk.says('not answering', '#phase');
      await desk.says('The exchange does not answer.');
      await server.restart();
      await desk.says('ready', '#phase', 20_000);
      await desk.saysNoMore('The exchange does not answer.');
      await desk.says('The exchange was started again: the call is gone', latest);
      await bob.hangup();
      await bob.closed();
      await place('101', '800');
      await alice.rings();
      await desk.says('Alice 101 rings', latest);
      await alice.hangup();
      await desk.says('Busy', latest);
    }));

  test('a token that was revoked: one is asked to sign in again', () =>
    scene(async () => {
      const token = await tokenOf(server, 'read', 'calls');
      const guest = await Console.open(`${server.http}/#token=${token}`);
      try {
        await guest.says('Place the call');
        const [, id = ''] = token.split('_');
        await run(process.execPath, [PROGRAM, 'token', 'revoke', id, '--data', server.data], { cwd: ROOT });
        await guest.page.locator('[name=to]').fill('800');
        await guest.press('Place the call');
        await guest.says('This needs a token, and there was none or it is not valid.', '#sign-in');
      } finally {
        await guest.close();
      }
    }));

  test('all the while no script failed, the policy forbade nothing, and nothing was asked of anybody else', () =>
    scene(async () => {
      assert.deepEqual(desk.mishaps, []);
      assert.deepEqual([...desk.origins], [server.http]);
      await server.quietStatus();
    }));
});

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';
/** 150 is a trunk, whose word about its callers counts. */
const CONFIG = `
realm: strowger
endpoints:
  101: { name: ${JSON.stringify(`Alice ${HOSTILE}`)}, secret: rotary-dial, algorithms: [MD5] }
  150: { name: Trunk, secret: rotary-dial, algorithms: [MD5], trusted: true }
extensions:
  800: { play: [demo/weasels] }
`;

describe('the web console, before names that want to be more', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-console-'));
  let server: Server;
  let desk: Console;
  let phone: Raw;

  before(async () => {
    const file = join(folder, 'strowger.yaml');
    writeFileSync(file, CONFIG);
    server = await Server.start('--config', file);
    phone = await Raw.open(server);
    desk = await Console.open(`${server.http}/#token=${await tokenOf(server, 'read', 'calls')}`);
  });
  after(async () => {
    await desk?.close();
    phone?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a User-Agent, an account’s name and a display name from the network are text and nothing else', () =>
    witnessed([server, desk], async () => {
      const lines = [`User-Agent: ${HOSTILE}`];
      await phone.send(phone.request('REGISTER', '101', { callId: 'hostile', lines }));
      const challenge = await until('a challenge', () => phone.received.find((text) => text.startsWith('SIP/2.0 401')));
      const proof = credentials(challenge, 'REGISTER', phone.uri('REGISTER', '101'), '101', 'rotary-dial');
      await phone.send(phone.request('REGISTER', '101', { callId: 'hostile', cseq: 2, lines: [...lines, proof] }));
      await desk.turnTo('Phones');
      await desk.says(HOSTILE, '.phone[data-number="101"] .contacts');
      await desk.says(`Alice ${HOSTILE}`, '.phone[data-number="101"] .who');

      const header = `P-Asserted-Identity: "${HOSTILE}" <sip:0815@example.net>`;
      await desk.turnTo('Calls');
      const caller = await Sipp.start('call', { server, user: '150', dials: '800', header, values: { TALK: '2000' } });
      await caller.during(() => desk.says(`${HOSTILE} 0815 → 800`, '#calls'));
      await desk.says(`${HOSTILE} 0815 → 800`, '#records');
      assert.equal(await desk.page.locator('main img, main script').count(), 0);
      assert.deepEqual(desk.mishaps, []);
      assert.deepEqual([...desk.origins], [server.http]);
    }));
});
