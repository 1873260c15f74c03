import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { selfSigned } from '../../src/node/tls/self-signed.ts';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
/** Resident octets that an attack may leave behind. */
const MOST_GROWTH = 100_000_000;

describe('transports', () => {
  let server: Server;

  before(async () => {
    server = await Server.start('--bind', '::1');
  });
  after(async () => {
    await server?.stop();
  });

  /** A call with audio both ways, a hold, and a hang-up by each in turn, between phones that came in these ways. */
  async function talk(alice: Baresip, bob: Baresip): Promise<void> {
    await alice.dial('102');
    assert.deepEqual(await bob.rings(), { name: 'Alice', number: '101' });
    await alice.hearsRinging();
    await bob.accept();
    await Promise.all([alice.established(), bob.established()]);
    await Promise.all([alice.hearsTone(BOB), bob.hearsTone(ALICE)]);
    await alice.hangup();
    await Promise.all([alice.closed(), bob.closed()]);
    await bob.dial('101');
    await alice.rings();
    await alice.accept();
    await Promise.all([alice.established(), bob.established()]);
    await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
    await alice.hangup();
    await Promise.all([alice.closed(), bob.closed()]);
  }

  interface Way {
    readonly transport: 'udp' | 'tcp' | 'tls';
    readonly host?: string;
  }

  function phone(number: string, tone: number, { transport, host }: Way): Promise<Baresip> {
    const registrar = server.over(transport, host);
    return Baresip.start({ number, tone, registrar, ...(transport === 'udp' ? {} : { transport }) });
  }

  async function phones(a: Way, b: Way, body: (alice: Baresip, bob: Baresip) => Promise<void>): Promise<void> {
    const alice = await phone('101', ALICE, a);
    try {
      const bob = await phone('102', BOB, b);
      try {
        await witnessed([server, alice, bob], () => body(alice, bob));
      } finally {
        await bob.stop();
      }
    } finally {
      await alice.stop();
    }
  }

  /** What came to a phone names its transport in Via and Contact. */
  async function named(bob: Baresip, via: RegExp, contact: RegExp): Promise<void> {
    const invite = await bob.message(
      'INVITE',
      ({ sent, status, method }) => !sent && status === 0 && method === 'INVITE',
    );
    assert.match(invite.header('Via')[0] ?? '', via);
    assert.match(invite.header('Contact')[0] ?? '', contact);
  }

  test('TCP', () =>
    phones({ transport: 'tcp' }, { transport: 'tcp' }, async (alice, bob) => {
      await talk(alice, bob);
      await named(bob, /^SIP\/2\.0\/TCP 127\.0\.0\.1:\d+;/, /^<sip:127\.0\.0\.1:\d+;transport=tcp>/);
    }));

  test('TLS', () =>
    phones({ transport: 'tls' }, { transport: 'tls' }, async (alice, bob) => {
      await talk(alice, bob);
      await named(bob, /^SIP\/2\.0\/TLS 127\.0\.0\.1:\d+;/, /^<sip:127\.0\.0\.1:\d+;transport=tls>/);
    }));

  test('one over UDP, the other over TCP', () => phones({ transport: 'udp' }, { transport: 'tcp' }, talk));

  test('IPv6, over UDP and TCP', () =>
    phones({ transport: 'udp', host: '::1' }, { transport: 'tcp', host: '::1' }, async (alice, bob) => {
      await talk(alice, bob);
      await named(bob, /^SIP\/2\.0\/TCP \[::1\]:\d+;/, /^<sip:\[::1\]:\d+;transport=tcp>/);
    }));

  test('SIPp over TCP: its connection is gone after REGISTER, and calls reach it by a new one', async () => {
    const sipp = { server: server.over('tcp'), transport: 'tcp' } as const;
    const port = await Sipp.run('register', { ...sipp, user: '103' });
    const callee = await Sipp.start('answer', { ...sipp, user: '103', port });
    await witnessed([server], () =>
      callee.during(async () => {
        await Sipp.run('call', { ...sipp, user: '101', dials: '203', values: { TALK: '300' } });
      }),
    );
    await Sipp.run('unregister', { ...sipp, user: '103', port, values: { WHICH: '*' } });
  });
});

describe('hostile connections', () => {
  let server: Server;
  const sockets: Socket[] = [];

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await server?.stop();
  });

  const to = (protocol: 'tcp' | 'tls' | 'ws'): number => server.over(protocol).sipPort;

  function connection(port: number): { readonly socket: Socket; readonly closed: () => boolean } {
    let closed = false;
    const socket = connect(port, '127.0.0.1').resume();
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
    });
    return { socket, closed: () => closed };
  }

  test('slow and endless senders are given up, while others are answered', async () => {
    const memory = server.memory();
    const slow = Array.from({ length: 300 }, () => connection(to('tcp')));
    const dribble = setInterval(() => {
      for (const { socket } of slow) socket.write('OPTIONS sip:x SIP/2.0\r\nX: '.charAt(socket.bytesWritten) || 'x');
    }, 200);
    try {
      await witnessed([server], async () => {
        const endless = connection(to('tcp'));
        endless.socket.write('OPTIONS sip:x SIP/2.0\r\n');
        const header = Buffer.from('X: y\r\n'.repeat(1000));
        await until('the end of a head without end', () => endless.closed() || void endless.socket.write(header));
        const wordy = connection(to('tcp'));
        wordy.socket.write(`OPTIONS sip:x SIP/2.0\r\nContent-Length: 1000000000\r\n\r\n`);
        await until('the end of a message too large', wordy.closed);
        for (const protocol of ['tcp', 'tls', 'ws'] as const) {
          const odd = connection(to(protocol));
          odd.socket.write(Buffer.alloc(20_000, 0x80));
          await until(`the end of rubbish over ${protocol}`, odd.closed);
        }
        await Sipp.run('options', { server: server.over('tcp'), transport: 'tcp', user: '101' });
        assert.ok(!slow.some(({ closed }) => closed()), 'they have their time');
        await until('the end of the slow', () => slow.every(({ closed }) => closed()), 45_000);
        assert.ok(server.memory() - memory < MOST_GROWTH, `${memory} → ${server.memory()} octets`);
        const { house } = await server.status();
        assert.equal(house['tcp connection'] ?? 0, 0);
      });
    } finally {
      clearInterval(dribble);
    }
  });

  test('afterwards no mistake of ours was contained', async () => {
    await server.quietStatus();
  });
});

describe('a certificate from files', () => {
  test('is shown, and another one without a restart when the files change', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strowger-certificate-'));
    const files = { cert: join(folder, 'c.pem'), key: join(folder, 'k.pem') };
    const renew = async (): Promise<string> => {
      const made = await selfSigned(['127.0.0.1']);
      writeFileSync(files.cert, made.cert);
      writeFileSync(files.key, made.key);
      return new X509Certificate(made.cert).fingerprint256;
    };
    const first = await renew();
    const server = await Server.start('--tls-certificate', files.cert, '--tls-key', files.key);
    try {
      assert.equal(await shown(server.over('tls').sipPort), first);
      const second = await renew();
      await until('the new certificate', async () => (await shown(server.over('tls').sipPort)) === second, 10_000);
      assert.equal(await shown(server.over('wss').sipPort), second);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** The fingerprint of what is shown there. */
  async function shown(port: number): Promise<string | undefined> {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerX509Certificate() ?? {};
    socket.destroy();
    return fingerprint256;
  }
});
