import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { type Crypto, Kernel } from '../kernel/index.ts';
import { type Field, parseNameAddr, parseUri, request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow, Protocol } from '../sip/transport/types.ts';
import type { ExchangeConfig } from './config.ts';
import type { PbxEvent } from './events.ts';
import { type BindingChange, Registrar } from './registrar.ts';
import type { BindingRow, Change, Store } from './store.ts';

interface Answer {
  readonly status: number;
  readonly headers: readonly Field[];
}

type Limits = Partial<Pick<ExchangeConfig, 'surplus' | 'pathUnasked' | 'maxContacts'>>;

/** A registrar whose disk answers when it is told to, and time that passes when it is told to. */
class Bench {
  readonly kernel: Kernel;
  readonly registrar: Registrar;
  readonly changes: BindingChange[] = [];
  readonly commits: (readonly Change[])[] = [];
  readonly events: PbxEvent[] = [];
  readonly faults: unknown[] = [];
  /** The commit that throws, counted from 1. */
  failing = 0;
  observe: (event: PbxEvent) => void = (event) => void this.events.push(event);
  #now = 1_000_000;
  #waiting: (() => void)[] = [];
  #cseq = 0;
  #random = 0;

  constructor(limits: Limits = {}) {
    const crypto: Crypto = {
      hash: (name, data) => createHash(name).update(data).digest(),
      hmac: (name, key, data) => createHmac(name, key).update(data).digest(),
      random: (count) => Uint8Array.from({ length: count }, () => (this.#random += 41) & 255),
      equal: (a, b) => Buffer.from(a).equals(b),
    };
    const onFault = ({ error }: { error: unknown }): void => void this.faults.push(error);
    this.kernel = new Kernel({ now: () => this.#now, wall: () => this.#now, crypto, arm: () => undefined, onFault });
    const store: Store = {
      commit: (changes, then) => {
        if (this.commits.length + 1 === this.failing) {
          this.failing = 0;
          throw new Error('a mistake');
        }
        this.commits.push(changes);
        this.#waiting.push(() => this.kernel.input('store', () => then({ ok: true })));
      },
      load: () => undefined,
    };
    this.registrar = new Registrar({
      kernel: this.kernel,
      store,
      limits: () => ({
        registration: { floor: 60, ceiling: 7200, usual: 3600 },
        maxContacts: 3,
        qualify: { every: 0, behindNat: 0 },
        ...limits,
      }),
      ping: () => undefined,
      natOf: () => undefined,
      tell: (event) => this.observe(event),
      respond: (transaction, status, _phrase, headers) => {
        (transaction as ServerTransaction & { answer?: Answer }).answer = { status, headers };
      },
    });
    this.registrar.watch((change) => void this.changes.push(change));
  }

  /** Lets the disk answer what it was asked so far. */
  flush(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
  }

  pass(ms: number): void {
    this.#now += ms;
    this.kernel.runDue();
    this.flush();
  }

  /** A REGISTER on its way; its answer is undefined while there is none. */
  send(contacts: readonly string[], options: Sending = {}): { readonly answer?: Answer } {
    this.#cseq += 1;
    const { callId = 'one', cseq = this.#cseq, headers = [], vias = 1, from = '10.0.0.11', protocol = 'udp' } = options;
    const message = request({
      method: 'REGISTER',
      uri: 'sip:example.org',
      headers: [
        ...Array.from({ length: vias }, (): Field => ['Via', `SIP/2.0/${protocol.toUpperCase()} h;branch=z9hG4bK1`]),
        ['To', '<sip:101@example.org>'],
        ['From', '<sip:101@example.org>;tag=1'],
        ['Call-ID', callId],
        ['CSeq', `${cseq} REGISTER`],
        ...contacts.map((contact): Field => ['Contact', contact]),
        ...headers,
      ],
    });
    const flow: Flow = {
      id: from,
      protocol,
      local: { address: '10.0.0.1', port: 5060 },
      remote: { address: from, port: 5060 },
      reliable: protocol !== 'udp',
    };
    const transaction: ServerTransaction & { answer?: Answer } = {
      request: message,
      flow,
      state: 'trying',
      respond: () => undefined,
      acknowledged: () => undefined,
    };
    this.kernel.input('register', () => this.registrar.register(transaction, { number: '101', name: 'A' }, 'MD5'));
    return transaction;
  }

  register(contacts: readonly string[], options: Sending = {}): Answer {
    const sent = this.send(contacts, options);
    this.flush();
    assert.ok(sent.answer !== undefined, 'no answer');
    return sent.answer;
  }

  get bound(): readonly BindingRow[] {
    return this.registrar.all.map(({ row }) => row);
  }
}

interface Sending {
  readonly callId?: string;
  readonly cseq?: number;
  readonly headers?: readonly Field[];
  readonly vias?: number;
  readonly from?: string;
  readonly protocol?: Protocol;
}

const valuesOf = ({ headers }: Answer, wanted: string): readonly string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value);
const contactsOf = (answer: Answer): readonly string[] => valuesOf(answer, 'Contact');
const alphabetically = (a = '', b = ''): number => a.localeCompare(b);
const A = '<sip:101@10.0.0.11:5060>';
const B = '<sip:101@10.0.0.12:5060>';
const INSTANCE = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"';
const GRUU: Field = ['Supported', 'gruu'];
const OUTBOUND: Field = ['Supported', 'path, outbound'];

test('a refresh is the same binding; the 200 lists URIs as they were written, with what is left of their time', () => {
  const at = new Bench();
  assert.deepEqual(contactsOf(at.register(['<sip:101@10.0.0.11:5060;transport=udp>;expires=600'])), [
    '<sip:101@10.0.0.11:5060;transport=udp>;expires=600',
  ]);
  at.pass(100_000);
  // RFC 3261 §19.1.4: the same URI, otherwise written.
  assert.deepEqual(contactsOf(at.register(['<SIP:101@10.0.0.11:5060;transport=UDP>;expires=300'])), [
    '<SIP:101@10.0.0.11:5060;transport=UDP>;expires=300',
  ]);
  assert.equal(at.bound.length, 1);
  assert.deepEqual(
    at.changes.map(({ event }) => event),
    ['registered', 'refreshed'],
  );
  const [row] = at.bound;
  assert.deepEqual([row?.registeredAt, row?.refreshedAt], [1_000_000, 1_100_000]);
});

test('without Contact it asks: all bindings, and nothing is written down', () => {
  const at = new Bench();
  at.register([`${A};expires=600`, `${B};expires=60`]);
  at.pass(20_000);
  const commits = at.commits.length;
  assert.deepEqual(contactsOf(at.register([])), [`${A};expires=580`, `${B};expires=40`]);
  assert.equal(at.commits.length, commits);
});

test('too brief is 423 with Min-Expires, and nothing changed (RFC 3261 §10.3 step 7); too long is cut', () => {
  const at = new Bench();
  const brief = at.register([`${A};expires=600`, `${B};expires=59`]);
  assert.deepEqual([brief.status, valuesOf(brief, 'Min-Expires'), at.bound.length], [423, ['60'], 0]);
  assert.deepEqual(contactsOf(at.register([A], { headers: [['Expires', '99999']] })), [`${A};expires=7200`]);
  assert.deepEqual(contactsOf(at.register([`${A};expires=never`])), [`${A};expires=3600`]);
  assert.deepEqual(contactsOf(at.register([A])), [`${A};expires=3600`]);
});

test('expires=0 removes one, * all; * wants to be alone and Expires: 0', () => {
  const at = new Bench();
  at.register([A, B]);
  assert.deepEqual(contactsOf(at.register([`${A};expires=0`])), [`${B};expires=3600`]);
  assert.equal(at.register(['*'], { headers: [['Expires', '60']] }).status, 400);
  assert.equal(at.register(['*']).status, 400);
  assert.equal(at.register(['*', A], { headers: [['Expires', '0']] }).status, 400);
  assert.equal(at.bound.length, 1);
  assert.deepEqual(contactsOf(at.register(['*'], { headers: [['Expires', '0']] })), []);
  assert.deepEqual(
    at.changes.map(({ event }) => event),
    ['registered', 'registered', 'unregistered', 'unregistered'],
  );
});

test('the same Call-ID with a CSeq that is not higher: 500, nothing changed; another Call-ID may', () => {
  const at = new Bench();
  at.register([`${A};expires=600`], { cseq: 7 });
  for (const cseq of [7, 6]) {
    assert.equal(at.register([`${A};expires=60`], { cseq }).status, 500);
    assert.equal(at.register([B, `${A};expires=0`], { cseq }).status, 500);
    assert.equal(at.register(['*'], { cseq, headers: [['Expires', '0']] }).status, 500);
  }
  assert.deepEqual(contactsOf(at.register([])), [`${A};expires=600`]);
  assert.deepEqual(contactsOf(at.register([`${A};expires=60`], { cseq: 1, callId: 'two' })), [`${A};expires=60`]);
});

test('a phone with an instance keeps its one binding through a change of address', () => {
  const at = new Bench();
  at.register([`${A};${INSTANCE}`]);
  assert.deepEqual(contactsOf(at.register([`${B};${INSTANCE}`], { from: '10.0.0.12' })), [
    `${B};expires=3600;${INSTANCE}`,
  ]);
  const other = INSTANCE.replace('f81d', 'f81e');
  assert.equal(contactsOf(at.register([`${B};${other}`], { from: '10.0.0.12' })).length, 2);
});

test('an instance replaces what the same phone bound before it had one', () => {
  const at = new Bench();
  at.register([`${B};${INSTANCE}`]);
  at.register([A]);
  assert.deepEqual(contactsOf(at.register([`${A};${INSTANCE}`])), [`${A};expires=3600;${INSTANCE}`]);
});

test('the other Contact parameters come back as they were written (RFC 3840), what only we may say does not', () => {
  const at = new Bench();
  const params = ';audio;methods="INVITE, ACK";description="<a;b>\\""';
  const answer = at.register([`"Alice" ${A};q=0.5;pub-gruu="sip:x@y;gr=z"${params};expires=60`]);
  assert.deepEqual(contactsOf(answer), [`${A};expires=60;q=0.5${params}`]);
  assert.deepEqual([at.bound[0]?.q, at.bound[0]?.params], [500, params]);
});

test('a binding too many displaces the one refreshed longest ago', () => {
  const at = new Bench();
  for (const host of ['a', 'b', 'c']) {
    at.register([`<sip:101@${host}>;expires=${host === 'a' ? 7200 : 600}`]);
    at.pass(1000);
  }
  at.register(['<sip:101@b>;expires=600']);
  at.pass(1000);
  assert.deepEqual(
    contactsOf(at.register(['<sip:101@d>;expires=600']))
      .map((value) => parseNameAddr(value)?.uri.host)
      .toSorted(alphabetically),
    ['b', 'c', 'd'],
  );
  assert.equal(at.changes.find(({ event }) => event === 'rejected')?.row.contact, 'sip:101@a');
});

test('or it is refused with 403 where the configuration says so; one that ran out makes room', () => {
  const at = new Bench({ surplus: 'refuse', maxContacts: 1 });
  at.register([`${A};expires=60`]);
  assert.equal(at.register([B], { callId: 'two' }).status, 403);
  assert.equal(at.register([`${A};expires=60`]).status, 200);
  at.pass(61_000);
  assert.deepEqual(contactsOf(at.register([B], { callId: 'two' })), [`${B};expires=3600`]);
});

test('a binding is usable five seconds past its expiry, and listed no more', () => {
  const at = new Bench();
  at.register([`${A};expires=60`]);
  at.pass(64_900);
  assert.equal(at.bound.length, 1);
  assert.deepEqual(contactsOf(at.register([])), []);
  at.pass(100);
  assert.equal(at.bound.length, 0);
  assert.deepEqual(at.changes.at(-1)?.event, 'expired');
});

test('REGISTERs of one account take their turns, and are acknowledged when the disk has them', () => {
  const at = new Bench();
  const first = at.send([`${A};expires=60`]);
  const second = at.send([`${A};expires=0`]);
  assert.deepEqual([first.answer, second.answer, at.commits.length, at.bound.length], [undefined, undefined, 1, 0]);
  at.flush();
  assert.deepEqual([first.answer?.status, second.answer?.status], [200, 200]);
  assert.equal(at.bound.length, 0);
});

test('who fails to hear of a change is contained: the phone is registered and others go on', () => {
  const at = new Bench();
  at.observe = () => {
    throw new Error('observer');
  };
  assert.equal(at.register([A]).status, 200);
  at.observe = () => undefined;
  assert.equal(at.register([B]).status, 200);
  assert.equal(at.faults.length, 1);
});

test('a mistake of ours is 500, and the next REGISTER has its turn', () => {
  const at = new Bench();
  const sent = [A, B, A].map((contact) => at.send([contact]));
  at.failing = 2;
  at.flush();
  assert.deepEqual(
    sent.map(({ answer }) => answer?.status),
    [200, 500, 200],
  );
  assert.equal(at.faults.length, 1);
});

test('Path without support for it is 420 (RFC 3327 §5.3); with it the path is kept and copied into the 200', () => {
  const path: Field = ['Path', '<sip:p3.example.org;lr>, <sip:p1.example.net;lr>'];
  const at = new Bench();
  const refused = at.register([A], { headers: [path] });
  assert.deepEqual([refused.status, valuesOf(refused, 'Unsupported'), at.bound.length], [420, ['path'], 0]);
  const answer = at.register([A], { headers: [path, ['Supported', 'path']] });
  assert.deepEqual(valuesOf(answer, 'Path'), ['<sip:p3.example.org;lr>', '<sip:p1.example.net;lr>']);
  assert.equal(at.bound[0]?.path, '<sip:p3.example.org;lr>\n<sip:p1.example.net;lr>');
  assert.equal(new Bench({ pathUnasked: true }).register([A], { headers: [path] }).status, 200);
});

test('a flow is bound beside the instance’s other flows, and its phone told so (RFC 5626 §6)', () => {
  const at = new Bench();
  const first = at.register([`${A};${INSTANCE};reg-id=1`], { headers: [OUTBOUND] });
  assert.deepEqual([valuesOf(first, 'Require'), valuesOf(first, 'Flow-Timer')], [['outbound'], ['25']]);
  const second = at.register([`${A};${INSTANCE};reg-id=2`], { headers: [OUTBOUND], callId: 'two', protocol: 'tcp' });
  assert.deepEqual(
    contactsOf(second),
    [1, 2].map((regId) => `${A};expires=3600;${INSTANCE};reg-id=${regId}`),
  );
  assert.deepEqual(valuesOf(second, 'Flow-Timer'), ['120']);
  // Rebooted: the same reg-id from elsewhere replaces its flow.
  at.register([`${B};${INSTANCE};reg-id=1`], { headers: [OUTBOUND], callId: 'three', from: '10.0.0.12' });
  const flows = at.bound.map(({ regId, sourceAddress }) => `${regId} ${sourceAddress}`);
  assert.deepEqual(flows.toSorted(alphabetically), ['1 10.0.0.12', '2 10.0.0.11']);
});

test('reg-id without instance is ignored; without Supported: outbound nobody is told of it', () => {
  const at = new Bench();
  const without = at.register([`${A};reg-id=1`], { headers: [OUTBOUND] });
  assert.deepEqual([valuesOf(without, 'Require'), contactsOf(without)], [[], [`${A};expires=3600`]]);
  const silent = at.register([`${B};${INSTANCE};reg-id=1`]);
  assert.deepEqual(valuesOf(silent, 'Require'), []);
  assert.equal(at.bound.find(({ instance }) => instance !== '')?.regId, 1);
});

test('behind a proxy without outbound: 439 to who asked for it, else the reg-id is ignored', () => {
  const at = new Bench();
  const contact = `${A};${INSTANCE};reg-id=1`;
  assert.equal(at.register([contact], { vias: 2, headers: [OUTBOUND] }).status, 439);
  const path = (ob: string): Field => ['Path', `<sip:p2;lr>, <sip:token@p1;lr${ob}>`];
  assert.equal(at.register([contact], { vias: 3, headers: [OUTBOUND, path('')] }).status, 439);
  assert.equal(at.bound.length, 0);
  assert.equal(at.register([contact], { vias: 2 }).status, 200);
  assert.equal(at.bound[0]?.regId, 0);
  const kept = at.register([contact], { vias: 3, headers: [OUTBOUND, path(';ob')] });
  assert.deepEqual([valuesOf(kept, 'Require'), valuesOf(kept, 'Flow-Timer')], [['outbound'], []]);
});

test('one REGISTER binds one flow (RFC 5626 §6)', () => {
  const at = new Bench();
  const twice = [`${A};${INSTANCE};reg-id=1`, `${B};${INSTANCE};reg-id=2`];
  assert.equal(at.register(twice, { headers: [OUTBOUND] }).status, 400);
  assert.equal(at.register([twice[0] ?? '', `${B};expires=0`], { headers: [OUTBOUND] }).status, 200);
});

/** The GRUUs of the first contact in a 200. */
function gruusOf(answer: Answer): { readonly pub: string; readonly temp: string } {
  const params = parseNameAddr(contactsOf(answer)[0] ?? '')?.params;
  return { pub: params?.get('pub-gruu') ?? '', temp: params?.get('temp-gruu') ?? '' };
}

function resolved({ registrar }: Bench, gruu: string): string | undefined {
  const uri = parseUri(gruu);
  const found = uri && registrar.instanceOf(uri);
  return found && `${found.account} ${found.instance}`;
}

test('GRUUs: a public one that lasts, a temporary one each time that tells nothing (RFC 5627 §5)', () => {
  const at = new Bench();
  assert.deepEqual(gruusOf(at.register([`${A};${INSTANCE}`])), { pub: '', temp: '' });
  const first = gruusOf(at.register([`${A};${INSTANCE}`], { headers: [GRUU] }));
  const second = gruusOf(at.register([`${A};${INSTANCE}`], { headers: [GRUU] }));
  assert.equal(first.pub, 'sip:101@example.org;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6');
  assert.equal(second.pub, first.pub);
  assert.notEqual(second.temp, first.temp);
  assert.match(first.temp, /^sip:tgruu\.[0-9a-f]+@example\.org;gr$/);
  const who = '101 urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
  for (const gruu of [first.pub, first.temp, second.temp]) assert.equal(resolved(at, gruu), who);
});

test('a new Call-ID ends the temporary GRUUs of the instance, on all its flows; the public one stays', () => {
  const at = new Bench();
  const flow = (regId: number): string => `${A};${INSTANCE};reg-id=${regId}`;
  const headers = [GRUU, OUTBOUND];
  const { pub, temp } = gruusOf(at.register([flow(1)], { headers, callId: 'one' }));
  at.register([flow(2)], { headers, callId: 'two' });
  assert.ok(resolved(at, temp) !== undefined, 'a second flow changes nothing');
  const fresh = gruusOf(at.register([flow(1)], { headers, callId: 'rebooted' }));
  assert.equal(resolved(at, temp), undefined);
  assert.ok(resolved(at, fresh.temp) !== undefined && resolved(at, pub) !== undefined);
  assert.equal(new Set(at.bound.map(({ gruuKey }) => gruuKey)).size, 1);
  at.register(['*'], { headers: [['Expires', '0']] });
  assert.deepEqual([resolved(at, fresh.temp), resolved(at, pub) !== undefined], [undefined, true]);
});

test('no temporary GRUU can be made up, and no other URI is one', () => {
  const at = new Bench();
  const { temp } = gruusOf(at.register([`${A};${INSTANCE}`], { headers: [GRUU] }));
  const [, digits = ''] = /tgruu\.([0-9a-f]+)/.exec(temp) ?? [];
  for (let place = 0; place < digits.length; place += 1) {
    const changed = digits.slice(0, place) + (digits[place] === '0' ? '1' : '0') + digits.slice(place + 1);
    assert.equal(resolved(at, temp.replace(digits, changed)), undefined);
  }
  for (const uri of ['sip:101@example.org', 'sip:tgruu.@example.org;gr', 'sip:101@example.org;gr'])
    assert.equal(resolved(at, uri), undefined);
});

test('a contact that would lead back to its own address of record is 403 (RFC 5627 §5.1)', () => {
  const at = new Bench();
  for (const uri of [
    'sip:101@example.org',
    'sip:101@example.org;gr=urn:uuid:1',
    'sip:tgruu.00@example.org;gr',
    'tel:+491',
  ])
    assert.equal(at.register([`<${uri}>;${INSTANCE}`]).status, 403, uri);
  assert.equal(at.bound.length, 0);
});
