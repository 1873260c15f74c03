import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Protocol } from '../transport/index.ts';
import { Bench } from './kit.test.ts';

const protocol = fc.constantFrom<Protocol>('udp', 'tcp');
const wait = fc.record({ wait: fc.integer({ min: 0, max: 20_000 }) });
const status = fc.constantFrom(100, 180, 200, 302, 401, 487, 603);

/** Statuses that were told, as numbers. */
function responses(told: readonly string[]): number[] {
  return told.filter((line) => line.startsWith('response')).map((line) => Number(line.slice(9)));
}

describe('whatever comes in whatever order', () => {
  it('a client transaction tells one outcome, cancels only what rings, and leaves nothing behind', () => {
    const happening = fc.oneof(wait, fc.record({ reply: status }), fc.constantFrom('cancel', 'fail'));
    const story = fc.array(happening, { maxLength: 12 });
    fc.assert(
      fc.property(protocol, fc.constantFrom('INVITE', 'OPTIONS'), story, (over, method, happenings) => {
        const bench = new Bench({ protocol: over });
        const client = bench.send(method);
        for (const happens of happenings) {
          if (happens === 'cancel') client.cancel();
          else if (happens === 'fail') bench.transport.failed(bench.peer, 'reset');
          else if ('wait' in happens) bench.advance(happens.wait);
          else bench.reply(client.request, happens.reply);
        }
        // A ringing INVITE has no timer: its user decides.
        client.cancel();
        assert.deepEqual(bench.quiet(), {});
        assert.deepEqual(bench.layer.census(), {});
        assert.deepEqual(bench.faults, []);

        const failures = bench.told.filter((line) => line.startsWith('failed'));
        const finals = responses(bench.told).filter((code) => code >= 200);
        const refusals = finals.filter((code) => code >= 300);
        assert.equal(failures.length + (finals.length > 0 ? 1 : 0), 1, bench.told.join(', '));
        assert.ok(refusals.length <= 1 && (refusals.length === 0 || finals.length === 1), bench.told.join(', '));
        if (method === 'OPTIONS') assert.ok(finals.length <= 1);
        if (!responses(bench.told).some((code) => code < 200)) assert.deepEqual(bench.times('CANCEL'), []);
        assert.equal(bench.times('ACK').length > 0, method === 'INVITE' && refusals.length === 1);
        if (over === 'tcp') assert.deepEqual(bench.times(method), [0]);
      }),
    );
  });

  it('a server transaction sends one outcome, is told of its request once, and leaves nothing behind', () => {
    const happening = fc.oneof(
      wait,
      fc.record({ respond: status }),
      fc.constantFrom('request', 'ack', 'cancel', 'fail'),
    );
    const story = fc.array(happening, { maxLength: 12 });
    fc.assert(
      fc.property(protocol, fc.constantFrom('INVITE', 'OPTIONS'), story, (over, method, happenings) => {
        const bench = new Bench({ protocol: over });
        bench.arrive(method);
        const { server } = bench;
        for (const happens of happenings) {
          // Once it is gone the same request is a new one.
          if (server.state === 'terminated') break;
          if (happens === 'request') bench.arrive(method);
          else if (happens === 'ack') bench.arrive('ACK');
          else if (happens === 'cancel') bench.arrive('CANCEL');
          else if (happens === 'fail') bench.transport.failed(bench.peer, 'reset');
          else if ('wait' in happens) bench.advance(happens.wait);
          else bench.respond(happens.respond, 'ours', server);
        }
        bench.respond(404, 'ours', server);
        assert.deepEqual(bench.quiet(), {});
        assert.deepEqual(bench.layer.census(), {});
        assert.deepEqual(bench.faults, []);

        const answers = bench.sent.filter(({ text }) => text.includes(`CSeq: 1 ${method}`));
        const finals = new Set(answers.map(({ line }) => Number(line.slice(8, 11))).filter((code) => code >= 200));
        assert.equal(finals.size, 1);
        assert.equal(bench.told.filter((line) => line.startsWith('request')).length, 1);
        assert.ok(bench.told.filter((line) => line.startsWith('unacknowledged')).length <= 1);
        assert.ok(bench.told.filter((line) => line.startsWith('cancelled')).length <= 1);
      }),
    );
  });
});
