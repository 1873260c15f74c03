import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

/** 150 is a trunk whose word counts; 500 rings Bob and Carol at once. */
const CONFIG = `
realm: strowger
endpoints:
  101: { name: Alice, secret: rotary-dial, algorithms: [MD5] }
  102: { name: Bob, secret: rotary-dial, algorithms: [MD5] }
  103: { name: Carol, secret: rotary-dial, algorithms: [MD5] }
  150: { name: Trunk, secret: rotary-dial, algorithms: [MD5], trusted: true }
extensions:
  500: { dial: [102, 103] }
  '*67102': { dial: 102, withhold: true }
`;
const ANONYMOUS = { name: 'Anonymous', number: 'anonymous' };

describe('identity and outcomes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-identity-'));
  const file = join(folder, 'strowger.yaml');
  writeFileSync(file, CONFIG);
  let server: Server;

  before(async () => {
    server = await Server.start('--config', file);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('on the display of a phone', () => {
    let bob: Baresip;

    before(async () => {
      bob = await Baresip.start({ number: '102', tone: 830, registrar: server });
    });
    after(async () => {
      await bob?.stop();
    });

    /** Who Bob's phone says is calling. */
    async function shown(user: string, header?: string, dials = '102'): Promise<unknown> {
      let display: unknown;
      const more = header === undefined ? {} : { header };
      const caller = await Sipp.start('call', { server, user, dials, values: { TALK: '100' }, ...more });
      await witnessed([server, bob], () =>
        caller.during(async () => {
          display = await bob.rings();
          await bob.accept();
          await bob.closed();
        }),
      );
      return display;
    }

    test('a call shows who calls', async () => {
      assert.deepEqual(await shown('101'), { name: 'Alice', number: '101' });
    });

    test('*67 and Privacy: Anonymous', async () => {
      assert.deepEqual(await shown('101', undefined, '*67102'), ANONYMOUS);
      assert.deepEqual(await shown('101', 'Privacy: id'), ANONYMOUS);
      assert.deepEqual(await shown('101', 'Privacy: user;critical'), ANONYMOUS);
      assert.deepEqual(await shown('101', 'Privacy: none'), { name: 'Alice', number: '101' });
    });

    test('what a trusted trunk asserts is believed, what a phone asserts is not', async () => {
      const mum = { name: 'Mum', number: '+15550100' };
      const value = '"Mum" <sip:+15550100@pstn.example>';
      assert.deepEqual(await shown('150', `P-Asserted-Identity: ${value}`), mum);
      assert.deepEqual(await shown('150', `Remote-Party-ID: ${value};party=calling;screen=yes;privacy=off`), mum);
      assert.deepEqual(await shown('150', `Remote-Party-ID: ${value};party=calling;privacy=full`), ANONYMOUS);
      assert.deepEqual(await shown('101', `P-Asserted-Identity: ${value}`), { name: 'Alice', number: '101' });
    });
  });

  describe('from two phones that ring', () => {
    let bobs: number;
    let carols: number;

    before(async () => {
      bobs = await Sipp.run('register', { server, user: '102' });
      carols = await Sipp.run('register', { server, user: '103' });
    });

    for (const [bob, carol, told] of [
      [486, 404, 486],
      [404, 480, 404],
      [603, 486, 603],
      [600, 486, 600],
      [503, 503, 500],
    ] as const) {
      test(`Bob refuses with ${bob}, Carol with ${carol}: the caller is told ${told}`, async () => {
        const phone = (user: string, port: number, status: number): Promise<Sipp> => {
          // Whoever declines for all ends the ringing of the other.
          const name = told >= 600 && status !== told ? 'ring-until-cancelled' : 'refuse';
          return Sipp.start(name, { server, user, port, values: { STATUS: String(status) } });
        };
        const [first, second] = [await phone('102', bobs, bob), await phone('103', carols, carol)];
        const values = { STATUS: String(told) };
        await witnessed([server], () =>
          first.during(() =>
            second.during(async () => {
              await Sipp.run('call-fails', { server, user: '101', dials: '500', values });
            }),
          ),
        );
      });
    }

    test('early media: 183 with a description reaches the caller, and the 200 says the same', async () => {
      const bob = await Sipp.start('answer-early', { server, user: '102', port: bobs });
      await witnessed([server], () =>
        bob.during(async () => {
          await Sipp.run('call-early', { server, user: '101', dials: '102', values: { TALK: '200' } });
        }),
      );
    });

    test('nothing is left over', () => witnessed([server], async () => void (await server.quietStatus())));
  });
});
