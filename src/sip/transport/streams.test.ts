import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromLatin1, latin1 } from '../../kernel/index.ts';
import type { Message } from '../message/index.ts';
import { createTransport, type Flow } from './index.ts';
import { octets, Simulation } from './kit.test.ts';

class Bench extends Simulation {
  readonly delivered: Message[] = [];
  readonly closed: Flow[] = [];
  readonly failures: string[] = [];
  readonly peer = this.flow('192.0.2.7', 40_000, 'tcp');
  readonly transport = createTransport({
    kernel: this.kernel,
    wire: { ...this.wire, close: (flow) => void this.closed.push(flow) },
    deliver: (message) => void this.delivered.push(message),
    streamLimits: { message: 1000, silence: 2000, idle: 10_000 },
  });

  constructor() {
    super();
    this.transport.watch((_, why) => void this.failures.push(why));
  }

  hear(text: string | Uint8Array, flow = this.peer): void {
    this.transport.received(flow, typeof text === 'string' ? fromLatin1(text) : text);
  }
}

const options = octets(
  'OPTIONS sip:101@192.0.2.1 SIP/2.0',
  'Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK-a;alias',
  'Max-Forwards: 70',
  'From: <sip:102@192.0.2.1>;tag=f',
  'To: <sip:101@192.0.2.1>',
  'Call-ID: c1',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
);

describe('a connection', () => {
  it('delivers messages in whatever pieces they come', () => {
    const bench = new Bench();
    bench.transport.opened(bench.peer);
    for (const octet of options) bench.hear(Uint8Array.of(octet));
    bench.hear(new Uint8Array([...options, ...options, ...options.subarray(0, 9)]));
    assert.equal(bench.delivered.length, 3);
    assert.deepEqual([bench.closed, bench.failures], [[], []]);
  });

  it('answers each ping once, however it was split (RFC 5626 §4.4.1)', () => {
    const bench = new Bench();
    for (const piece of ['\r', '\n', '\r\n', '\r\n\r\n']) bench.hear(piece);
    assert.deepEqual(
      bench.sent.map(({ text }) => text),
      ['\r\n', '\r\n'],
    );
  });

  it('is closed, with the reason told, when it carries no SIP; what came before is heard', () => {
    const bench = new Bench();
    bench.hear(`${latin1(options)}GET / HTTP/1.1\r\n`);
    assert.equal(bench.delivered.length, 1);
    assert.deepEqual([bench.closed, bench.failures], [[bench.peer], ['no SIP message']]);
    assert.equal(bench.transport.census().connections, 0);
  });

  it('has so long for a message, whatever dribbles in meanwhile', () => {
    const bench = new Bench();
    bench.transport.opened(bench.peer);
    const slow = [...options].slice(0, 50);
    for (const octet of slow) {
      bench.hear(Uint8Array.of(octet));
      bench.advance(25);
    }
    assert.deepEqual(bench.failures, ['a message that does not end']);
    assert.ok(bench.now <= 1250);
  });

  it('counts that time anew for each message', () => {
    const bench = new Bench();
    bench.hear(options.subarray(0, 100));
    for (let times = 0; times < 5; times += 1) {
      bench.advance(900);
      bench.hear(new Uint8Array([...options.subarray(100), ...options.subarray(0, 100)]));
    }
    assert.equal(bench.delivered.length, 5);
    bench.advance(1000);
    assert.deepEqual(bench.failures, ['a message that does not end']);
  });

  it('must say something, and then not be silent for ever', () => {
    const bench = new Bench();
    const silent = bench.flow('192.0.2.8', 40_000, 'ws');
    bench.transport.opened(silent);
    bench.transport.opened(bench.peer);
    bench.hear(options);
    bench.advance(2000);
    assert.deepEqual(bench.closed, [silent]);
    bench.advance(7000);
    bench.transport.resend(options, bench.peer);
    bench.advance(9999);
    assert.deepEqual(bench.closed, [silent]);
    bench.advance(1);
    assert.deepEqual(bench.closed, [silent, bench.peer]);
    assert.deepEqual(bench.kernel.house.census(), {});
  });

  it('leaves nothing behind when the wire says that it failed', () => {
    const bench = new Bench();
    bench.hear(options.subarray(0, 100));
    bench.transport.failed(bench.peer, 'reset by peer');
    assert.deepEqual([bench.failures, bench.closed], [['reset by peer'], []]);
    assert.deepEqual(bench.kernel.house.census(), {});
    assert.equal(bench.transport.census().connections, 0);
  });
});

describe('a WebSocket', () => {
  it('brings one message a time, and needs no Content-Length (RFC 7118 §5)', () => {
    const bench = new Bench();
    const ws = bench.flow('192.0.2.7', 40_000, 'ws');
    const text = latin1(options).replace('TCP', 'WS').replace('Content-Length: 0\r\n', '');
    bench.hear(text, ws);
    bench.hear('\r\n\r\n', ws);
    assert.equal(bench.delivered.length, 1);
    assert.deepEqual(
      bench.sent.map((sent) => sent.text),
      ['\r\n'],
    );
  });
});

describe('STUN on the SIP port', () => {
  const request = new Uint8Array([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  it('is answered where it came from, over UDP (RFC 5626 §4.4.2)', () => {
    const bench = new Bench();
    bench.hear(request, bench.flow('192.0.2.7', 5070));
    assert.equal(bench.sent.length, 1);
    assert.equal(bench.transport.census().stun, 1);
    bench.hear(request.subarray(0, 19), bench.flow('192.0.2.7', 5070));
    assert.equal(bench.sent.length, 1);
    assert.equal(bench.transport.census().malformedDropped, 1);
  });
});
