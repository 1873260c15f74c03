import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { WebSocket } from 'ws';
import { fromUtf8, utf8 } from '../../kernel/index.ts';
import type { Flow, Hop, Protocol } from '../../sip/transport/types.ts';
import { createLiveKernel } from '../clock.ts';
import { eventually } from '../eventually.test.ts';
import { verifying } from '../tls/identity.ts';
import { selfSigned } from '../tls/self-signed.ts';
import { type Binds, createWires, type WiresOptions } from './index.ts';

const credentials = await selfSigned(['127.0.0.1']);
const anywhere: readonly Hop[] = [{ address: '127.0.0.1', port: 0 }];
const all: Binds = { udp: anywhere, tcp: anywhere, tls: anywhere, ws: anywhere, wss: anywhere };

async function bound(
  t: TestContext,
  binds: Binds = all,
  limits: WiresOptions['limits'] = {},
  more: Partial<WiresOptions> = {},
) {
  const faults: string[] = [];
  const kernel = createLiveKernel({ onFault: (fault) => faults.push(String(fault.error)) });
  const opened: Flow[] = [];
  const heard: { readonly flow: Flow; readonly text: string }[] = [];
  const failed: { readonly flow: Flow; readonly why: string }[] = [];
  const wires = await createWires({
    kernel,
    binds,
    credentials,
    limits,
    ...more,
    listener: {
      opened: (flow) => opened.push(flow),
      received: (flow, bytes) => heard.push({ flow, text: utf8(bytes) }),
      failed: (flow, why) => failed.push({ flow, why }),
      drained: () => undefined,
    },
  });
  t.after(async () => {
    await wires.close();
    assert.deepEqual(kernel.house.census(), {});
    assert.deepEqual(faults, []);
  });
  const at = (protocol: Protocol): Hop => {
    const hop = wires.locals[protocol][0];
    assert.ok(hop !== undefined, protocol);
    return hop;
  };
  return { wires, wire: wires.wire, kernel, opened, heard, failed, at };
}

interface Peer {
  readonly heard: string[];
  send(text: string): void;
  end(): void;
  readonly closed: () => boolean;
}

/** A peer that connects over that protocol. */
async function peer(protocol: Protocol, { address, port }: Hop): Promise<Peer> {
  const heard: string[] = [];
  let closed = false;
  const gone = (): void => {
    closed = true;
  };
  const common = { heard, closed: () => closed };
  if (protocol === 'ws' || protocol === 'wss') {
    const socket = new WebSocket(`${protocol}://${address}:${port}/`, 'sip', { rejectUnauthorized: false });
    socket.on('message', (data: Buffer, binary) => heard.push(`${binary ? 'binary ' : ''}${data.toString()}`));
    socket.on('close', gone);
    await once(socket, 'open');
    assert.equal(socket.protocol, 'sip');
    return { ...common, send: (text) => socket.send(text), end: () => socket.close() };
  }
  const secure = protocol === 'tls';
  const socket = secure ? connectTls({ host: address, port, rejectUnauthorized: false }) : connect(port, address);
  socket.on('data', (data: Buffer) => heard.push(data.toString()));
  socket.on('error', gone);
  socket.on('close', gone);
  await once(socket, secure ? 'secureConnect' : 'connect');
  return { ...common, send: (text) => void socket.write(text), end: () => socket.end() };
}

describe('a connection that comes in', () => {
  for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
    test(`over ${protocol} is a flow that brings and takes octets, and is found again`, async (t) => {
      const { wires, wire, opened, heard, failed, at } = await bound(t);
      const phone = await peer(protocol, at(protocol));
      phone.send('hello');
      await eventually(() => heard.length === 1);
      const [{ flow, text } = assert.fail()] = heard;
      assert.equal(text, 'hello');
      assert.deepEqual(opened, [flow]);
      assert.deepEqual([flow.protocol, flow.local, flow.reliable], [protocol, at(protocol), true]);
      assert.equal(wire.open(protocol, flow.remote), flow);
      assert.equal(wire.open(protocol, flow.remote, undefined, 'existing'), flow);
      wire.send(flow, fromUtf8('answer'));
      await eventually(() => phone.heard.length === 1);
      assert.deepEqual(phone.heard, ['answer']);
      phone.end();
      await eventually(() => failed.length === 1);
      assert.equal(failed[0]?.flow, flow);
      assert.equal(wire.open(protocol, flow.remote, undefined, 'existing'), undefined);
      assert.equal(wires.connections, 0);
    });
  }

  test('and is closed by us is told no more', async (t) => {
    const { wire, opened, failed, at } = await bound(t);
    const phone = await peer('tcp', at('tcp'));
    await eventually(() => opened.length === 1);
    const [flow = assert.fail()] = opened;
    wire.send(flow, fromUtf8('last words'));
    wire.close(flow);
    await eventually(() => phone.closed());
    assert.deepEqual([phone.heard, failed], [['last words'], []]);
    wire.send(flow, fromUtf8('too late'));
    assert.deepEqual(failed, [], 'never within send');
    await eventually(() => failed.length === 1);
  });

  test('is given up when it takes nothing', async (t) => {
    const { wire, opened, failed, at } = await bound(t);
    const deaf = connect(at('tcp').port, '127.0.0.1');
    deaf.on('error', () => undefined);
    deaf.pause();
    t.after(() => deaf.destroy());
    await eventually(() => opened.length === 1);
    const [flow = assert.fail()] = opened;
    for (let sent = 0; sent < 2000 && failed.length === 0; sent += 1) {
      wire.send(flow, new Uint8Array(64_000));
      await new Promise(setImmediate);
    }
    assert.deepEqual(failed, [{ flow, why: 'the peer takes nothing' }]);
  });

  test('is refused when its address has enough', async (t) => {
    const { wires, opened, at } = await bound(t, all, { perAddress: 3 });
    const phones = [await peer('tcp', at('tcp')), await peer('tls', at('tls')), await peer('ws', at('ws'))];
    await eventually(() => opened.length === 3);
    for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
      const more = connect(at(protocol).port, '127.0.0.1').resume();
      more.on('error', () => undefined);
      await once(more, 'close');
    }
    assert.equal(wires.connections, 3);
    phones[0]?.end();
    await eventually(() => wires.connections === 2);
    await eventually(() => phones[0]?.closed() === true);
    await peer('tcp', at('tcp'));
    await eventually(() => wires.connections === 3);
  });

  test('and says nothing in a handshake is no flow', async (t) => {
    const { opened, at } = await bound(t);
    for (const protocol of ['tls', 'wss', 'ws'] as const) {
      const odd = connect(at(protocol).port, '127.0.0.1').resume();
      odd.on('error', () => undefined);
      odd.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
      await once(odd, 'close');
    }
    assert.deepEqual(opened, []);
  });
});

describe('a connection of our own', () => {
  test('takes what is sent before it is open, and is used again', async (t) => {
    const { wire, opened, heard, failed, at } = await bound(t);
    const sockets: Socket[] = [];
    const texts: string[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => texts.push(data.toString()));
      socket.write('welcome');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const to = hopOf(server);
    assert.equal(wire.open('tcp', to, undefined, 'existing'), undefined);
    const flow = wire.open('tcp', to);
    assert.ok(flow !== undefined);
    assert.deepEqual([flow.local, flow.remote], [at('tcp'), to]);
    wire.send(flow, fromUtf8('early'));
    assert.equal(wire.open('tcp', to), flow);
    await eventually(() => texts.length === 1 && heard.length === 1);
    assert.deepEqual([texts, heard[0]?.text, opened], [['early'], 'welcome', [flow]]);
    assert.equal(sockets.length, 1);
    sockets[0]?.destroy();
    await eventually(() => failed.length === 1);
    assert.notEqual(wire.open('tcp', to)?.id, flow.id);
    await eventually(() => sockets.length === 2);
    sockets[1]?.destroy();
    await eventually(() => failed.length === 2);
  });

  test('over TLS takes the certificates that phones make themselves', async (t) => {
    const { wire } = await bound(t);
    const texts: string[] = [];
    const server = createTlsServer(credentials, (socket) => {
      socket.on('data', (data) => texts.push(data.toString()));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const flow = wire.open('tls', hopOf(server));
    assert.ok(flow !== undefined);
    wire.send(flow, fromUtf8('secret'));
    await eventually(() => texts.length === 1);
    wire.close(flow);
  });

  test('that nobody takes fails, with the reason', async (t) => {
    const { wire, failed } = await bound(t);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const to = hopOf(server);
    server.close();
    const flow = wire.open('tcp', to);
    assert.equal(failed.length, 0);
    await eventually(() => failed.length === 1);
    const [{ flow: told, why } = assert.fail()] = failed;
    assert.equal(told, flow);
    assert.match(why, /ECONNREFUSED/);
  });

  test('is not made over WebSocket, nor where nothing of ours listens', async (t) => {
    const { wire } = await bound(t, { tcp: anywhere });
    for (const protocol of ['ws', 'wss', 'tls', 'udp'] as const) {
      assert.equal(wire.open(protocol, { address: '127.0.0.1', port: 5060 }), undefined, protocol);
    }
    assert.equal(wire.open('tcp', { address: '::1', port: 5060 }), undefined);
    assert.equal(wire.open('tcp', { address: '127.0.0.1', port: 0 }), undefined);
  });
});

describe('WebSocket (RFC 7118)', () => {
  test('without the subprotocol sip is refused', async (t) => {
    const { at } = await bound(t);
    for (const offered of [[], ['chat']]) {
      const socket = new WebSocket(`ws://127.0.0.1:${at('ws').port}/`, offered);
      const [error] = (await once(socket, 'error').catch((caught: unknown) => [caught])) as [Error];
      assert.match(error.message, /400/);
    }
    const page = await fetch(`http://127.0.0.1:${at('ws').port}/`);
    assert.equal(page.status, 426);
  });

  test('takes messages up to 64 KiB, one each', async (t) => {
    const { heard, failed, at } = await bound(t);
    const browser = await peer('ws', at('ws'));
    browser.send('x'.repeat(65_535));
    await eventually(() => heard.length === 1);
    assert.equal(heard[0]?.text.length, 65_535);
    browser.send('x'.repeat(65_536));
    await eventually(() => failed.length === 1 && browser.closed());
    assert.equal(heard.length, 1);
  });

  test('sends what is no UTF-8 as octets', async (t) => {
    const { wire, opened, at } = await bound(t);
    const browser = await peer('ws', at('ws'));
    await eventually(() => opened.length === 1);
    const [flow = assert.fail()] = opened;
    wire.send(flow, Uint8Array.of(0x41, 0xff));
    await eventually(() => browser.heard.length === 1);
    assert.match(browser.heard[0] ?? '', /^binary A/);
    browser.end();
  });
});

describe('a peer that is asked for by name', () => {
  /** A TLS server whose certificate, of its own making, is for `gw.example.net`. */
  async function gateway(t: TestContext) {
    const shown = await selfSigned(['gw.example.net']);
    const asked: (string | false | null)[] = [];
    const server = createTlsServer(shown, (socket) => {
      asked.push(socket.servername ?? null);
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const folder = mkdtempSync(join(tmpdir(), 'strowger-wire-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'authority.pem');
    writeFileSync(file, shown.cert);
    return { to: hopOf(server), file, asked };
  }

  test('shows a certificate for it, signed by somebody known (RFC 5922)', async (t) => {
    const { to, file, asked } = await gateway(t);
    const { wire, opened } = await bound(t, all, {}, { verifying: verifying([file]) });
    const flow = wire.open('tls', to, undefined, undefined, 'gw.example.net');
    await eventually(() => opened.length === 1 && asked.length === 1);
    assert.deepEqual([flow?.name, asked], ['gw.example.net', ['gw.example.net']]);
    assert.equal(wire.open('tls', to, undefined, undefined, 'gw.example.net'), flow);
    assert.equal(wire.open('tls', to, undefined, 'existing', 'other.example.net'), undefined);
    assert.equal(
      wire.open('tls', to, undefined, 'existing'),
      undefined,
      'what was verified is not mixed with what was not',
    );
  });

  test('is not spoken to when its certificate is for others, or signed by nobody known', async (t) => {
    const { to, file } = await gateway(t);
    const others = await bound(t, all, {}, { verifying: verifying([file]) });
    others.wire.open('tls', to, undefined, undefined, 'other.example.net');
    await eventually(() => others.failed.length === 1);
    assert.match(others.failed[0]?.why ?? '', /certificate is for gw\.example\.net, not for other\.example\.net/);
    const nobody = await bound(t, all, {}, { verifying: verifying([]) });
    nobody.wire.open('tls', to, undefined, undefined, 'gw.example.net');
    await eventually(() => nobody.failed.length === 1);
    assert.match(nobody.failed[0]?.why ?? '', /self-signed/);
    assert.deepEqual([others.opened, nobody.opened], [[], []]);
  });

  test('is believed where nothing is verified, and by its address', async (t) => {
    const { to, file } = await gateway(t);
    const unverified = await bound(t, all);
    unverified.wire.open('tls', to, undefined, undefined, 'other.example.net');
    await eventually(() => unverified.opened.length === 1);
    const byAddress = await bound(t, all, {}, { verifying: verifying([file]) });
    byAddress.wire.open('tls', to);
    await eventually(() => byAddress.opened.length === 1);
  });
});

test('handshakes that fail are told, with who began them and why', async (t) => {
  const failures: string[] = [];
  const handshakeFailed = (address: string, why: string): void => void failures.push(`${address} ${why}`);
  const { at } = await bound(t, all, {}, { handshakeFailed });
  for (const protocol of ['tls', 'wss'] as const) {
    const socket = connect(at(protocol).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('OPTIONS sip:us SIP/2.0\r\n\r\n');
    await eventually(() => failures.length === (protocol === 'tls' ? 1 : 2));
    socket.destroy();
  }
  for (const failure of failures) assert.match(failure, /^127\.0\.0\.1 \S/);
});

test('another certificate is shown from then on; connections go on', async (t) => {
  const { wires, heard, at } = await bound(t);
  const before = await peer('tls', at('tls'));
  const next = await selfSigned(['127.0.0.1']);
  wires.secure(next);
  for (const protocol of ['tls', 'wss'] as const) {
    const socket = connectTls({ host: '127.0.0.1', port: at(protocol).port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    assert.equal(socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(next.cert).fingerprint256);
    socket.destroy();
  }
  before.send('still here');
  await eventually(() => heard.some(({ text }) => text === 'still here'));
});

test('TCP takes the port that UDP got; one that is taken is E_BIND, and nothing stays open', async (t) => {
  const { wires, at } = await bound(t);
  assert.equal(at('tcp').port, at('udp').port);
  const kernel = createLiveKernel({ onFault: () => undefined });
  const nobody = { opened: () => {}, received: () => {}, failed: () => {}, drained: () => {} };
  for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
    const binds = { udp: anywhere, [protocol]: [...anywhere, at(protocol)] };
    await assert.rejects(createWires({ kernel, binds, credentials, listener: nobody }), {
      code: 'E_BIND',
      message: new RegExp(`\\(${protocol}\\): the port is taken`),
    });
  }
  assert.deepEqual(kernel.house.census(), {});
  assert.equal(wires.connections, 0);
});

function hopOf(server: ReturnType<typeof createServer>): Hop {
  const address = server.address();
  return { address: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
}
