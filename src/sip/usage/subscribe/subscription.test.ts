import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromLatin1, latin1 } from '../../../kernel/index.ts';
import { type Field, type Message, type Request, request, responseTo } from '../../message/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { Net, Party, Puppet } from '../kit.test.ts';
import type { Subscription, SubscriptionEnd } from './types.ts';

const LASTING = { floor: 60, ceiling: 7200, usual: 3761 };

/** A notifier b whose state is a number, and a subscriber p. */
class Bench {
  readonly net = new Net();
  readonly p = new Puppet(this.net, 'p');
  readonly told: SubscriptionEnd[] = [];
  readonly b: Party;
  subscription: Subscription | undefined;
  state = 0;
  /** What p answers NOTIFYs with; undefined: nothing. */
  answer: number | undefined = 200;
  admits = true;
  #cseq = 0;

  constructor() {
    this.b = new Party(this.net, 'b', { allow: ['SUBSCRIBE', 'INVITE', 'BYE', 'ACK'] });
    this.b.requested = (transaction) => {
      if (!('respond' in transaction)) return;
      this.subscription = this.b.stack.agent.subscribed(transaction, LASTING, {
        notice: (_, full) => ({
          contentType: 'text/plain',
          body: fromLatin1(`${full ? 'full' : 'part'} ${this.state}`),
        }),
        admits: (refresh) => this.#admits(refresh),
        ended: (_, why) => void this.told.push(why),
      });
    };
    this.p.answers = (message: Message) =>
      message.kind === 'request' && this.answer !== undefined ? [responseTo(message, this.answer)] : [];
  }

  /** Without `to`, the first one. */
  subscribe(
    expires: string | undefined,
    options: { to?: string; event?: string; contact?: boolean; from?: string } = {},
  ): void {
    const { to = '<sip:b@home>', event = 'state', contact = true, from = 'p' } = options;
    this.#cseq += 1;
    const headers: Field[] = [
      ['Via', `SIP/2.0/UDP ${from}:5060;branch=z9hG4bK-${this.#cseq}`],
      ['From', '<sip:p@home>;tag=p'],
      ['To', to],
      ['Call-ID', 'c1'],
      ['CSeq', `${this.#cseq} SUBSCRIBE`],
      ['Event', event],
      ...(contact ? [['Contact', `<sip:p@${from}>`] as const] : []),
      ...(expires === undefined ? [] : [['Expires', expires] as const]),
    ];
    const message = request({ method: 'SUBSCRIBE', uri: 'sip:b@b', headers });
    if (from === 'p') this.p.send('b', message);
    else new Puppet(this.net, from).send('b', message);
    this.net.advance(50);
  }

  /** Inside the dialog. */
  refresh(expires: string, options: { event?: string; from?: string } = {}): void {
    this.subscribe(expires, { ...options, to: this.last.headers.get('From') ?? '' });
  }

  get last(): Request {
    return this.p.last('NOTIFY');
  }

  /** `state body` of each NOTIFY, repetitions left out. */
  get notified(): readonly string[] {
    const all = this.p.heard.filter((message) => message.kind === 'request');
    const first = all.filter((one, at) => all.findIndex(({ cseq }) => cseq.number === one.cseq.number) === at);
    return first.map((one) => `${one.headers.get('Subscription-State')} ${latin1(one.body)}`);
  }

  responses(): readonly (readonly [number, string | undefined])[] {
    return this.net.seen.flatMap(({ message, from }) =>
      from === 'b' && message.kind === 'response' ? [[message.status, message.headers.get('Expires')] as const] : [],
    );
  }

  #admits(refresh: ServerTransaction): boolean {
    if (!this.admits) this.b.stack.agent.respond(refresh, 401, 'Unauthorized');
    return this.admits;
  }
}

describe('a subscription', () => {
  it('is accepted and told the state at once, in its dialog (RFC 6665 §4.2.1)', () => {
    const at = new Bench();
    at.subscribe('600', { event: 'state;id=7' });
    assert.deepEqual(at.responses(), [[200, '600']]);
    assert.deepEqual(at.notified, ['active;expires=600 full 0']);
    const { last } = at;
    assert.deepEqual(
      [last.headers.get('Event'), last.uriText, last.callId, last.toTag, last.fromTag],
      ['state;id=7', 'sip:p@p', 'c1', 'p', at.net.response('b 200 SUBSCRIBE').toTag],
    );
    assert.match(last.headers.get('Contact') ?? '', /^<sip:b@b:5060>$/);
    at.subscription?.end('noresource');
    assert.deepEqual(at.net.quiet(), {});
  });

  it('lasts as long as is granted, says so when it ends, and is not heard of any more', () => {
    const at = new Bench();
    at.subscribe(undefined);
    at.net.advance(3_761_000);
    assert.deepEqual(at.responses(), [[200, '3761']]);
    assert.deepEqual(at.notified, ['active;expires=3761 full 0', 'terminated;reason=timeout full 0']);
    assert.deepEqual(at.told, ['timeout']);
    at.subscription?.changed();
    at.refresh('600');
    assert.deepEqual(at.responses().at(-1)?.[0], 481);
    assert.deepEqual(at.net.quiet(), {});
  });

  it('is asked for too briefly: 423; without Contact: 400; too long: cut', () => {
    const at = new Bench();
    at.subscribe('59');
    assert.equal(at.net.response('b 423 SUBSCRIBE').headers.get('Min-Expires'), '60');
    at.subscribe('600', { contact: false });
    assert.deepEqual([at.responses().at(-1)?.[0], at.notified], [400, []]);
    at.subscribe('99999');
    assert.deepEqual(at.responses().at(-1), [200, '7200']);
    at.subscription?.end('deactivated');
    assert.deepEqual(at.net.quiet(), {});
  });

  it('with Expires: 0 is one look (§4.4.3); a refresh with 0 ends it', () => {
    const at = new Bench();
    at.subscribe('0');
    assert.deepEqual(at.notified, ['terminated;reason=timeout full 0']);
    assert.deepEqual(at.net.quiet(), {});
    const other = new Bench();
    other.subscribe('600');
    other.state = 1;
    other.refresh('0');
    assert.deepEqual(other.notified, ['active;expires=600 full 0', 'terminated;reason=timeout full 1']);
    assert.deepEqual(other.net.quiet(), {});
  });

  it('tells each change, those during a NOTIFY together in the next', () => {
    const at = new Bench();
    at.subscribe('600');
    at.net.advance(100_000);
    for (at.state = 1; at.state < 5; at.state += 1) at.subscription?.changed();
    at.net.advance(100);
    assert.deepEqual(at.notified, [
      'active;expires=600 full 0',
      'active;expires=500 part 1',
      'active;expires=500 part 5',
    ]);
    at.refresh('600');
    assert.deepEqual(at.notified.at(-1), 'active;expires=600 full 5');
    at.subscription?.end('noresource');
    at.subscription?.end('noresource');
    assert.deepEqual(at.net.quiet(), {});
    assert.deepEqual([at.notified.at(-1), at.told], ['terminated;reason=noresource full 5', ['noresource']]);
  });

  it('ends when a NOTIFY is not answered, or answered so that it must (§4.2.2); others it outlives', () => {
    for (const [answer, ends] of [
      [481, true],
      [404, true],
      [501, true],
      [undefined, true],
      [500, false],
      [503, false],
    ] as const) {
      const at = new Bench();
      at.answer = answer;
      at.subscribe('600');
      at.net.advance(40_000);
      assert.deepEqual(at.told, ends ? ['failed'] : [], String(answer));
      at.answer = 200;
      at.subscription?.end('giveup');
      assert.deepEqual(at.net.quiet(), {});
    }
  });

  it('takes only SUBSCRIBEs to its own event and id (§8.2.1)', () => {
    const at = new Bench();
    at.subscribe('600', { event: 'state;id=1' });
    for (const event of ['state', 'state;id=2', 'other;id=1']) {
      at.refresh('600', { event });
      assert.equal(at.responses().at(-1)?.[0], 481, event);
    }
    at.refresh('600', { event: 'State;id=1' });
    assert.equal(at.responses().at(-1)?.[0], 200);
    at.refresh('20', { event: 'state;id=1' });
    assert.equal(at.responses().at(-1)?.[0], 423);
    at.subscription?.end('noresource');
    assert.deepEqual(at.net.quiet(), {});
  });

  it('asks its owner about a refresh over another flow, and follows the subscriber there', () => {
    const at = new Bench();
    at.subscribe('600');
    at.admits = false;
    at.refresh('600', { from: 'elsewhere' });
    assert.equal(at.responses().at(-1)?.[0], 401);
    at.admits = true;
    at.refresh('600', { from: 'elsewhere' });
    assert.equal(at.responses().at(-1)?.[0], 200);
    const { message } = at.net.seen.findLast(({ what }) => what === 'b NOTIFY') ?? {};
    assert.ok(message?.kind === 'request');
    assert.equal(message.uriText, 'sip:p@elsewhere');
    at.net.quiet();
    assert.deepEqual(at.told, ['failed'], 'nobody answered there');
  });
});
