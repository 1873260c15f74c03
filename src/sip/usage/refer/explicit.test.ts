import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../../kernel/index.ts';
import { type Field, parseNameAddr, type Request, request, responseTo } from '../../message/index.ts';
import { Net, Party, Puppet } from '../kit.test.ts';
import { ReferStates } from './explicit.ts';
import type { Referral } from './referral.ts';

/** A b that takes REFERs on, and a p that sends them and subscribes. */
class Bench {
  readonly net = new Net();
  readonly p = new Puppet(this.net, 'p');
  readonly b: Party;
  readonly asked: string[] = [];
  referral: Referral | undefined;
  #cseq = 0;

  constructor(supported: readonly string[] = ['explicitsub', 'nosub', 'norefersub']) {
    this.b = new Party(this.net, 'b', { allow: ['SUBSCRIBE', 'REFER', 'OPTIONS'], supported });
    this.b.requested = (transaction) => {
      if (!('respond' in transaction)) return;
      this.asked.push(transaction.request.method);
      if (transaction.request.method === 'REFER') this.referral = this.b.stack.agent.referred(transaction);
      else this.b.stack.agent.respond(transaction, 489, 'Bad Event');
    };
    this.p.answers = (message) => (message.kind === 'request' ? [responseTo(message, 200)] : []);
  }

  send(method: string, uri: string, callId: string, more: readonly Field[]): void {
    this.#cseq += 1;
    const headers: Field[] = [
      ['Via', `SIP/2.0/UDP p:5060;branch=z9hG4bK-${this.#cseq}`],
      ['From', '<sip:p@home>;tag=p'],
      ['To', '<sip:b@home>'],
      ['Call-ID', callId],
      ['CSeq', `${this.#cseq} ${method}`],
      ['Contact', '<sip:p@p>'],
      ...more,
    ];
    this.p.send('b', request({ method, uri, headers }));
    this.net.advance(50);
  }

  refer(require: string, more: readonly Field[] = []): void {
    this.send('REFER', 'sip:b@b', 'refer', [['Refer-To', '<sip:c@home>'], ['Require', require], ...more]);
  }

  /** Where the state is told; '' when the REFER's answer does not say. */
  get address(): string {
    const value = this.net.response('b 200 REFER').headers.get('Refer-Events-At');
    return value === undefined ? '' : (parseNameAddr(value)?.uriText ?? '');
  }

  subscribe(callId: string, uri = this.address, event = 'refer'): void {
    this.send('SUBSCRIBE', uri, callId, [['Event', event]]);
  }

  /** `state: body` of each NOTIFY of a subscription. */
  notified(callId: string): readonly string[] {
    const mine = (message: unknown): message is Request =>
      typeof message === 'object' && message !== null && 'method' in message;
    return this.p.heard
      .filter(mine)
      .filter((one) => one.method === 'NOTIFY' && one.callId === callId)
      .map((one) => `${one.headers.get('Subscription-State')?.split(';expires')[0]}: ${latin1(one.body).trim()}`);
  }
}

describe('REFER with explicit subscriptions (RFC 7614)', () => {
  it('is answered 200 with an address in angle brackets that cannot be guessed, and nothing is told unasked (§4.3, §4.8)', () => {
    const at = new Bench();
    at.refer('explicitsub');
    assert.match(
      at.net.response('b 200 REFER').headers.get('Refer-Events-At') ?? '',
      /^<sip:refer\.[^@]{20,}@b:5060>$/,
    );
    at.referral?.report(180, 'Ringing');
    at.referral?.report(200, 'OK');
    at.net.advance(1000);
    assert.deepEqual(at.notified('refer'), []);
    const other = new Bench();
    other.refer('explicitsub');
    other.refer('explicitsub');
    const all = other.net.seen.flatMap(({ message }) => message.headers.get('Refer-Events-At') ?? []);
    assert.equal(new Set(all).size, 2, 'each REFER has its own');
    assert.deepEqual(at.net.quiet(), {});
  });

  it('tells each who subscribes what it has come to, all that follows, and its end (§3.1, §4.6)', () => {
    const at = new Bench();
    at.refer('explicitsub');
    at.subscribe('one');
    at.referral?.report(180, 'Ringing');
    at.net.advance(50);
    at.subscribe('two');
    at.referral?.report(486, 'Busy Here');
    at.net.advance(50);
    const end = 'terminated;reason=noresource: SIP/2.0 486 Busy Here';
    assert.deepEqual(at.notified('one'), ['active: SIP/2.0 100 Trying', 'active: SIP/2.0 180 Ringing', end]);
    assert.deepEqual(at.notified('two'), ['active: SIP/2.0 180 Ringing', end]);
    assert.deepEqual(at.asked, ['REFER'], 'nobody else is asked about it');
    assert.deepEqual(at.net.quiet(), {});
  });

  it('tells who comes within 64 s of its end the final status, once; later there is nothing any more (§4.7)', () => {
    const at = new Bench();
    at.refer('explicitsub');
    at.referral?.report(200, 'OK');
    at.net.advance(63_000);
    at.subscribe('late');
    assert.deepEqual(at.notified('late'), ['terminated;reason=noresource: SIP/2.0 200 OK']);
    at.net.advance(2000);
    at.subscribe('too-late');
    assert.equal(at.net.response('b 404 SUBSCRIBE').status, 404);
    assert.deepEqual(at.notified('too-late'), []);
    assert.deepEqual(at.net.quiet(), {});
  });

  it('is watched by so many and no more: its address is all that they need', () => {
    const at = new Bench();
    at.refer('explicitsub');
    for (let one = 0; one < 17; one += 1) at.subscribe(`watcher-${one}`);
    assert.equal(at.net.response('b 403 SUBSCRIBE').callId, 'watcher-16');
    at.referral?.report(200, 'OK');
    at.net.advance(1000);
    assert.deepEqual(at.notified('watcher-16'), []);
    assert.equal(at.notified('watcher-15').length, 2);
    assert.deepEqual(at.net.quiet(), {});
  });

  it('keeps many that are over, and not any number of them', () => {
    const states = new ReferStates(new Net().kernel);
    const all = Array.from({ length: 10_001 }, () => states.open());
    for (const { state } of all) state.report(200, 'OK');
    assert.deepEqual(
      [0, 1, 10_000].map((at) => states.of(all[at]?.user ?? '') !== undefined),
      [false, true, true],
    );
  });

  it('leaves other SUBSCRIBEs to their owner', () => {
    const at = new Bench();
    at.refer('explicitsub');
    at.subscribe('other-event', at.address, 'presence');
    at.subscribe('other-address', 'sip:b@b');
    assert.deepEqual(at.asked, ['REFER', 'SUBSCRIBE', 'SUBSCRIBE']);
  });

  it('without any: nosub is answered 200, and there is no address (§5.3)', () => {
    const at = new Bench();
    at.refer('nosub');
    assert.equal(at.address, '');
    at.referral?.report(200, 'OK');
    at.net.advance(1000);
    assert.deepEqual(at.notified('refer'), []);
    assert.deepEqual(at.net.quiet(), {});
  });

  it('is 420 where we do not know it, and in any request but REFER (§4.2, §6)', () => {
    const ignorant = new Bench(['norefersub']);
    ignorant.refer('explicitsub');
    assert.equal(ignorant.net.response('b 420 REFER').headers.get('Unsupported'), 'explicitsub');
    const at = new Bench();
    at.send('OPTIONS', 'sip:b@b', 'options', [['Require', 'nosub']]);
    assert.equal(at.net.response('b 420 OPTIONS').headers.get('Unsupported'), 'nosub');
  });
});
