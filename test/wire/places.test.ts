import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { selfSigned } from '../../src/node/tls/self-signed.ts';
import { naptr, nameServer, srv, type Zone } from '../../src/node/name-server.test.ts';
import { freeBlock } from './peers/ports.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

const HOME = Buffer.of(127, 0, 0, 1);

describe('a gateway that is known by name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-places-'));
  const zone: Record<string, readonly Buffer[]> = {};
  let names: Awaited<ReturnType<typeof nameServer>>;
  let server: Server;
  let live: number;
  let dead: number;
  let secure: TlsServer;
  const secured: string[] = [];
  const hole = createSocket('udp4');

  before(async () => {
    live = await freeBlock();
    // It takes datagrams and says nothing.
    hole.bind(0, '127.0.0.1');
    await once(hole, 'listening');
    dead = hole.address().port;
    Object.assign(zone, records(dead, live));
    names = await nameServer(zone);
    const certificate = await selfSigned(['tls.example.net']);
    secure = createTlsServer(certificate, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        secured.push(bytes.toString());
        if (bytes.toString().startsWith('INVITE')) socket.write(busy(bytes.toString()));
      });
    });
    secure.listen(live, '127.0.0.1');
    await once(secure, 'listening');
    writeFileSync(join(folder, 'authority.pem'), certificate.cert);
    const file = join(folder, 'strowger.yaml');
    writeFileSync(
      file,
      `nameServers: ['${names.address}']
algorithms: [MD5]
log: debug
tls: { authorities: [authority.pem] }
endpoints:
  101: { name: Alice, secret: rotary-dial }
  190: { name: Gateway, addresses: [192.0.2.0/24], contacts: ['sip:gw.example.net'] }
  191: { name: Secure, addresses: [192.0.2.0/24], contacts: ['sips:tls.example.net:${live}'] }
  192: { name: Impostor, addresses: [192.0.2.0/24], contacts: ['sips:other.example.net:${live}'] }
`,
    );
    server = await Server.start('--config', file);
  });
  after(async () => {
    await server?.stop();
    names?.close();
    secure?.close();
    hole.close();
    rmSync(folder, { recursive: true });
  });

  test('its NAPTR and SRV records are followed, past a server that says nothing, to one that answers', () =>
    witnessed([server], async () => {
      await Sipp.run('register', { server, user: '101' });
      const gateway = await Sipp.start('answer', { server, user: '190', port: live });
      await gateway.during(async () => {
        await Sipp.run('call', { server, user: '101', dials: '190', values: { TALK: '300' } });
      });
    }));

  test('the next call finds it at once, for the silent one is tried last', () =>
    witnessed([server], async () => {
      let heard = 0;
      hole.on('message', () => (heard += 1));
      const gateway = await Sipp.start('answer', { server, user: '190', port: live });
      await gateway.during(async () => {
        await Sipp.run('call', { server, user: '101', dials: '190', values: { TALK: '300' } });
      });
      // Nothing new came to it, but for what was left of the first INVITE.
      assert.ok(heard <= 1, `${heard} datagrams`);
      hole.removeAllListeners('message');
    }));

  test('over TLS its certificate must be for its name; it is met by sips, and meets us so', () =>
    witnessed([server], async () => {
      await Sipp.run('call-fails', { server, user: '101', dials: '191', values: { STATUS: '486' } });
      assert.match(secured.join(''), /^INVITE sips:tls\.example\.net:\d+ SIP/);
      assert.match(secured.join(''), /\r\nContact: <sips:127\.0\.0\.1:\d+>\r\n/);
      secured.length = 0;
      await Sipp.run('call-fails', { server, user: '101', dials: '192', values: { STATUS: '500' } });
      assert.deepEqual(
        secured.filter((text) => text.startsWith('INVITE')),
        [],
      );
      const told = /"event":"flow\.closed".*its certificate is for tls\.example\.net, not for other\.example\.net/;
      const log = () => server.testimony();
      await until('the reason in the log', () => told.test(log()), 3000, log);
    }));

  test('the overview says where each transport is', () =>
    witnessed([server], async () => {
      const { sip } = (await (await fetch(`${server.http}/status.json`)).json()) as { sip: readonly string[] };
      const { host } = server;
      assert.ok(sip.includes(`${host}:${server.sipPort} UDP, TCP`), sip.join('\n'));
      assert.ok(sip.includes(`${host}:${server.over('tls').sipPort} TLS`), sip.join('\n'));
      assert.ok(sip.includes(`wss://${host}:${server.over('wss').sipPort} WSS`), sip.join('\n'));
    }));

  test('nothing is left over', () =>
    witnessed([server], async () => {
      await Sipp.run('unregister', { server, user: '101', values: { WHICH: '*' } });
      await server.quietStatus();
    }));
});

/** 486 to an INVITE. */
function busy(invite: string): string {
  const fields = invite.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  const tagged = fields.map((line) => (line.startsWith('To:') ? `${line};tag=busy` : line));
  return ['SIP/2.0 486 Busy Here', ...tagged, 'Content-Length: 0', '', ''].join('\r\n');
}

function records(dead: number, live: number): Zone {
  return {
    'NAPTR gw.example.net': [naptr(10, 'SIP+D2U', '_sip._udp.gw.example.net')],
    'SRV _sip._udp.gw.example.net': [srv(1, 0, dead, 'one.example.net'), srv(2, 0, live, 'two.example.net')],
    'A one.example.net': [HOME],
    'A two.example.net': [HOME],
    'A tls.example.net': [HOME],
    'A other.example.net': [HOME],
  };
}
