import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../kernel/index.ts';
import { type Message, responseTo } from '../message/index.ts';
import { octets, Simulation, values } from './kit.test.ts';
import { createTransport, type Flow } from './index.ts';

class Bench extends Simulation {
  readonly delivered: Message[] = [];
  readonly traced: string[] = [];
  readonly peer = this.flow('192.0.2.7', 5070);
  readonly transport = createTransport({
    kernel: this.kernel,
    wire: this.wire,
    deliver: (message) => this.delivered.push(message),
    trace: (direction, flow, bytes) =>
      this.traced.push(`${direction} ${flow.remote.port} ${latin1(bytes).slice(0, 12)}`),
  });

  arrive(lines: readonly string[], flow: Flow = this.peer): void {
    this.transport.received(flow, octets(...lines));
  }
}

function options(changes: { line?: string; via?: string; cseq?: string } = {}): string[] {
  return [
    changes.line ?? 'OPTIONS sip:101@192.0.2.1 SIP/2.0',
    `Via: ${changes.via ?? 'SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-a'}`,
    'Max-Forwards: 70',
    'From: <sip:102@192.0.2.1>;tag=f',
    'To: <sip:101@192.0.2.1>',
    'Call-ID: c1',
    `CSeq: ${changes.cseq ?? '1 OPTIONS'}`,
    'Content-Length: 0',
  ];
}

describe('a request that arrives', () => {
  it('goes up with received and rport in its top Via, other Vias untouched', () => {
    const bench = new Bench();
    const lines = options({ via: 'SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK-a, SIP/2.0/UDP a.example.org;rport' });
    bench.arrive(lines, bench.flow('198.51.100.9', 40_001));
    const [message] = bench.delivered;
    assert.equal(message?.via.params.get('received'), '198.51.100.9');
    assert.equal(message?.via.params.get('rport'), '40001');
    assert.equal(message?.headers.list('Via')[1], 'SIP/2.0/UDP a.example.org;rport');
  });

  it('is told as one input, whose fault is contained', () => {
    const bench = new Simulation();
    const transport = createTransport({
      kernel: bench.kernel,
      wire: bench.wire,
      deliver: () => {
        throw new Error('our own mistake');
      },
    });
    transport.received(bench.flow('192.0.2.7', 5070), octets(...options()));
    assert.equal(bench.faults.length, 1);
  });
});

describe('a malformed request', () => {
  it('is answered statelessly, back where it came from', () => {
    const bench = new Bench();
    const nat = bench.flow('198.51.100.9', 40_001);
    const lines = options({ via: 'SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK-a', cseq: '1 INVITE' });
    bench.arrive(lines, nat);
    bench.arrive(lines, nat);
    const [first, second] = bench.sent;
    assert.match(first?.line ?? '', /^SIP\/2\.0 400 /);
    assert.equal(first?.flow, nat);
    assert.match(values(first?.text ?? '', 'Via')[0] ?? '', /received=198\.51\.100\.9;rport=40001/);
    assert.match(values(first?.text ?? '', 'To')[0] ?? '', /;tag=[0-9a-f]{16}$/);
    assert.equal(first?.text, second?.text);
    assert.deepEqual(bench.delivered, []);
    assert.deepEqual(bench.kernel.scene.census(), {});
    assert.equal(bench.transport.census().malformedAnswered, 2);
  });

  it('of another version is answered 505', () => {
    const bench = new Bench();
    bench.arrive(options({ line: 'OPTIONS sip:101@192.0.2.1 SIP/7.0' }));
    assert.match(bench.lines()[0] ?? '', /^SIP\/2\.0 505 /);
  });

  it('that is an ACK is dropped, and so is what cannot be read or answered', () => {
    const bench = new Bench();
    bench.arrive(options({ line: 'ACK sip:101@192.0.2.1 SIP/2.0', cseq: '1 INVITE' }));
    bench.arrive(['OPTIONS sip:101@192.0.2.1 SIP/2.0', 'Via: rubbish']);
    bench.arrive(['SIP/2.0 200 OK', 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1']);
    bench.transport.received(bench.peer, new Uint8Array([0, 1, 2, 3]));
    assert.deepEqual([bench.sent, bench.delivered], [[], []]);
    assert.equal(bench.transport.census().malformedDropped, 4);
    assert.deepEqual(bench.faults, []);
  });
});

describe('a response that arrives (§18.1.2)', () => {
  function response(via: string): string[] {
    return ['SIP/2.0 200 OK', ...options({ via }).slice(1)];
  }

  it('goes up when its top Via is ours', () => {
    const bench = new Bench();
    bench.arrive(response('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;received=203.0.113.8'));
    bench.arrive(response('SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1'));
    assert.equal(bench.delivered.length, 2);
  });

  it('is dropped when it is not', () => {
    const bench = new Bench();
    bench.arrive(response('SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK-1'));
    bench.arrive(response('SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-1'));
    assert.deepEqual(bench.delivered, []);
    assert.equal(bench.transport.census().foreignResponses, 2);
  });

  it('is measured by the name that peers know us by, where there is one', () => {
    const bench = new Bench();
    const delivered: Message[] = [];
    const transport = createTransport({
      kernel: bench.kernel,
      wire: bench.wire,
      deliver: (message) => delivered.push(message),
      sentBy: () => 'PBX.example.org:5080',
    });
    assert.equal(transport.sentBy(bench.peer), 'PBX.example.org:5080');
    transport.received(bench.peer, octets(...response('SIP/2.0/UDP pbx.example.org:5080;branch=z9hG4bK-1')));
    transport.received(bench.peer, octets(...response('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1')));
    assert.equal(delivered.length, 1);
  });
});

describe('sentBy', () => {
  it('is the local address of the flow', () => {
    const bench = new Bench();
    assert.equal(bench.transport.sentBy(bench.peer), '192.0.2.1:5060');
    const six = bench.flow('2001:db8::7', 5060, 'udp', { address: '2001:db8::1', port: 5062 });
    assert.equal(bench.transport.sentBy(six), '[2001:db8::1]:5062');
  });
});

describe('what is sent', () => {
  it('is printed once and repeated as octets', () => {
    const bench = new Bench();
    bench.arrive(options());
    const [request] = bench.delivered;
    assert.ok(request?.kind === 'request');
    const bytes = bench.transport.send(responseTo(request, 200, { toTag: 't' }), bench.peer);
    bench.transport.resend(bytes, bench.peer);
    assert.equal(bench.sent.length, 2);
    assert.equal(bench.sent[0]?.text, bench.sent[1]?.text);
    assert.equal(bench.sent[0]?.text, latin1(bytes));
    assert.deepEqual(bench.traced, ['in 5070 OPTIONS sip:', 'out 5070 SIP/2.0 200 ', 'out 5070 SIP/2.0 200 ']);
    const { received, sent } = bench.transport.census();
    assert.deepEqual([received, sent], [1, 2]);
  });

  it('as a response takes the connection of its request, else the flow its Via names, else the one it came by', () => {
    const bench = new Bench();
    const arrived = (via: string, flow: Flow): Flow => {
      bench.arrive(options({ via }), flow);
      const request = bench.delivered.at(-1);
      assert.ok(request?.kind === 'request');
      return bench.transport.responseFlow(request, flow);
    };
    const tcp = bench.flow('192.0.2.7', 40_000, 'tcp');
    assert.equal(arrived('SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK-1', tcp), tcp);
    assert.equal(arrived('SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-2', bench.peer), bench.peer);
    const other = arrived('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-3', bench.peer);
    assert.deepEqual([other.remote, other.local], [{ address: '192.0.2.7', port: 5060 }, bench.peer.local]);
    bench.wire.open = () => undefined;
    assert.equal(arrived('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-4', bench.peer), bench.peer);
  });

  it('as a response makes a lost connection again, where its request came from and sent-by listens (§18.2.2)', () => {
    const bench = new Bench();
    const opened: string[] = [];
    bench.wire.open = (protocol, to, local) => {
      opened.push(`${protocol} ${to.address} ${to.port}`);
      return bench.flow(to.address, to.port, protocol, local);
    };
    for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
      const flow = bench.flow('198.51.100.9', 40_000, protocol);
      const via = `SIP/2.0/${protocol.toUpperCase()} 10.0.0.7:5070;rport;branch=z9hG4bK-${protocol}`;
      bench.arrive(options({ via }), flow);
      const request = bench.delivered.at(-1);
      assert.ok(request?.kind === 'request');
      assert.equal(bench.transport.responseFlow(request, flow), flow, 'while it lives');
      bench.transport.failed(flow, 'closed by the peer');
      const now = bench.transport.responseFlow(request, flow);
      const again = protocol === 'tcp' || protocol === 'tls';
      assert.deepEqual(now.remote, again ? { address: '198.51.100.9', port: 5070 } : flow.remote);
    }
    assert.deepEqual(opened, ['tcp 198.51.100.9 5070', 'tls 198.51.100.9 5070']);
  });

  it('as a response goes to where its datagram came from, asked or not, for those of whom that is said', () => {
    const bench = new Simulation();
    const delivered: Message[] = [];
    const transport = createTransport({
      kernel: bench.kernel,
      wire: bench.wire,
      deliver: (message) => delivered.push(message),
      forceRport: ({ from }) => from.uri.user === '102',
    });
    const peer = bench.flow('198.51.100.9', 40_001);
    const answered = (lines: readonly string[]): Flow => {
      transport.received(peer, octets(...lines));
      const request = delivered.at(-1);
      assert.ok(request?.kind === 'request');
      return transport.responseFlow(request, peer);
    };
    assert.equal(answered(options()), peer);
    const other = options().map((line) => line.replace('sip:102@', 'sip:103@'));
    assert.deepEqual(answered(other).remote, { address: '198.51.100.9', port: 5070 });
  });
});

describe('keep-alives', () => {
  it('are swallowed over UDP', () => {
    const bench = new Bench();
    for (const text of ['', '\r\n', '\r\n\r\n']) bench.transport.received(bench.peer, new TextEncoder().encode(text));
    assert.deepEqual([bench.delivered, bench.sent, bench.traced], [[], [], []]);
    assert.equal(bench.transport.census().keepAlives, 3);
  });

  it('are answered on a connection when they are a ping (RFC 5626 §4.4.1)', () => {
    const bench = new Bench();
    const tcp = bench.flow('192.0.2.7', 40_000, 'tcp');
    bench.transport.received(tcp, new TextEncoder().encode('\r\n'));
    assert.deepEqual(bench.sent, []);
    bench.transport.received(tcp, new TextEncoder().encode('\r\n\r\n'));
    assert.deepEqual(
      bench.sent.map(({ text, flow }) => [text, flow]),
      [['\r\n', tcp]],
    );
  });
});

describe('a flow that failed', () => {
  it('is told to each watcher', () => {
    const bench = new Bench();
    const told: string[] = [];
    bench.transport.watch((flow, why) => told.push(`one ${flow.remote.port} ${why}`));
    bench.transport.watch((flow, why) => told.push(`two ${flow.remote.port} ${why}`));
    bench.transport.failed(bench.peer, 'unreachable');
    assert.deepEqual(told, ['one 5070 unreachable', 'two 5070 unreachable']);
  });
});
