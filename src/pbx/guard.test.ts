import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Crypto, Kernel } from '../kernel/index.ts';
import { type Algorithm, answer, ha1 } from '../sip/auth/index.ts';
import { type Field, type Request, request, response } from '../sip/message/index.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { Account } from './config.ts';
import { Directory } from './directory.ts';
import { createGuard, type Guard } from './guard.ts';

const REALM = 'strowger.test';
const PASSWORD = 'sesame';
const URI = 'sip:10.0.0.1';

interface Bench {
  readonly kernel: Kernel;
  readonly guard: Guard;
  /** Hash operations so far, by algorithm. */
  readonly hashed: Record<string, number>;
}

function bench(bound: Readonly<Record<string, string>> = {}, more: readonly Account[] = []): Bench {
  const hashed: Record<string, number> = {};
  const crypto: Crypto = {
    hash: (name, data) => {
      hashed[name] = (hashed[name] ?? 0) + 1;
      return createHash(name).update(data).digest();
    },
    hmac: (name, key, data) => {
      hashed['hmac'] = (hashed['hmac'] ?? 0) + 1;
      return createHmac(name, key).update(data).digest();
    },
    random: (count) => randomBytes(count),
    equal: (a, b) => Buffer.from(a).equals(b),
  };
  const kernel = new Kernel({ now: () => 0, wall: () => 0, crypto, arm: () => undefined, onFault: () => undefined });
  const directory = new Directory({
    accounts: [{ number: '101', name: 'Alice' }, ...more],
    algorithms: ['SHA-256', 'MD5'],
  });
  const secret = (algorithm: Algorithm): string => ha1(crypto, algorithm, '101', REALM, PASSWORD);
  directory.learn([{ id: '101', realm: REALM, md5: secret('MD5'), sha256: secret('SHA-256') }]);
  const algorithmAt = (account: string, address: string): string | undefined => bound[`${account}@${address}`];
  return { kernel, guard: createGuard({ kernel, directory, realm: REALM, algorithmAt }), hashed };
}

function flowFrom(address: string): Flow {
  const remote = { address, port: 5060 };
  return { id: address, protocol: 'udp', local: { address: '10.0.0.1', port: 5060 }, remote, reliable: false };
}

function register(user: string, ...more: readonly Field[]): Request {
  return request({ method: 'REGISTER', uri: URI, headers: [['From', `<sip:${user}@10.0.0.1>;tag=1`], ...more] });
}

/** The challenges that a REGISTER with these lines gets, by algorithm and in order. */
function challenged({ guard }: Bench, user: string, address: string, ...more: readonly Field[]): readonly string[] {
  const asked = register(user, ...more);
  const verdict = guard.verify(asked, flowFrom(address));
  assert.equal(verdict.ok, false);
  if (verdict.ok) return [];
  return guard.challenge(verdict, asked, flowFrom(address)).map(([name, value]) => {
    assert.equal(name, 'WWW-Authenticate');
    assert.match(value, /qop="auth"/);
    return /algorithm=([\w-]+)/.exec(value)?.[1] ?? '';
  });
}

function credentials({ kernel, guard }: Bench, user: string, password: string, address: string): Field {
  const asked = register(user);
  const verdict = guard.verify(asked, flowFrom(address));
  if (verdict.ok) throw new Error('let in without credentials');
  const headers = guard.challenge(verdict, asked, flowFrom(address));
  const refused = response({ status: 401, headers: [...headers, ['CSeq', '1 REGISTER']] });
  const field = answer(kernel, { response: refused, method: 'REGISTER', uri: URI, user, password });
  if (field === undefined) throw new Error('no challenge that could be answered');
  return field;
}

test('one line for each algorithm, the strongest first (RFC 8760 §2.3)', () => {
  assert.deepEqual(challenged(bench(), '101', '10.0.0.11'), ['SHA-256', 'MD5']);
});

test('who has left two challenges unanswered gets MD5 alone; elsewhere, or for another user, all are offered', () => {
  const at = bench();
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['SHA-256', 'MD5']);
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['MD5']);
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['MD5']);
  assert.deepEqual(challenged(at, '101', '10.0.0.12'), ['SHA-256', 'MD5']);
  assert.deepEqual(challenged(at, '102', '10.0.0.11'), ['SHA-256', 'MD5']);
});

test('who was let in may choose again', () => {
  const at = bench();
  challenged(at, '101', '10.0.0.11');
  const flow = flowFrom('10.0.0.11');
  const verdict = at.guard.verify(register('101', credentials(at, '101', PASSWORD, '10.0.0.11')), flow);
  assert.deepEqual(verdict, { ok: true, user: '101', algorithm: 'MD5' });
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['SHA-256', 'MD5']);
});

test('an account whose phone at that address answered with MD5 gets MD5 alone at once', () => {
  const at = bench({ '101@10.0.0.11': 'MD5', '101@10.0.0.12': 'SHA-256' });
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['MD5']);
  assert.deepEqual(challenged(at, '101', '10.0.0.12'), ['SHA-256', 'MD5']);
});

test('a flood of senders is forgotten from its oldest on: what is kept is bounded', () => {
  const at = bench();
  challenged(at, '101', '10.0.0.11');
  challenged(at, '101', '10.0.0.11');
  for (let n = 0; n < 4096; n += 1) at.guard.verify(register(`flood${n}`), flowFrom('10.0.0.99'));
  assert.deepEqual(challenged(at, '101', '10.0.0.11'), ['SHA-256', 'MD5']);
});

test('an unknown user costs as many hashes as a wrong password, and is challenged alike', () => {
  const cost = (user: string): { hashes: Readonly<Record<string, number>>; lines: readonly string[] } => {
    const at = bench();
    const field = credentials(at, user, 'guess', '10.0.0.11');
    const before = { ...at.hashed };
    const lines = challenged(at, user, '10.0.0.11', field);
    const hashes = Object.fromEntries(Object.entries(at.hashed).map(([name, n]) => [name, n - (before[name] ?? 0)]));
    return { hashes, lines };
  };
  const wrong = cost('101');
  assert.equal(wrong.hashes['sha256'], 2);
  assert.deepEqual(cost('nobody'), wrong);
});

/** What a 401 says, octet by octet but for its nonce. */
function said({ guard }: Bench, user: string): string {
  const asked = register(user);
  const verdict = guard.verify(asked, flowFrom(`${user}.example`));
  if (verdict.ok) throw new Error('let in without credentials');
  const lines = guard.challenge(verdict, asked, flowFrom(`${user}.example`)).map((field) => field.join(': '));
  return lines.join('\n').replaceAll(/nonce="[^"]*"/g, (nonce) => `nonce of ${nonce.length}`);
}

test('an account with algorithms of its own is not told apart from a user that does not exist', () => {
  const simple = (number: string): Account => ({ number, name: number, algorithms: ['MD5'] });
  const accounts = Array.from({ length: 19 }, (_, n) => (n < 9 ? simple(`2${n}`) : { number: `2${n}`, name: '' }));
  const at = bench({}, accounts);
  at.guard.keep(new Uint8Array(32).fill(7));
  const [special, usual] = [said(at, '20'), said(at, '101')];
  assert.notEqual(special, usual);
  const nobody = Array.from({ length: 200 }, (_, n) => said(at, `nobody${n}`));
  assert.deepEqual(new Set(nobody), new Set([special, usual]), 'what accounts are offered, and nothing else');
  const share = nobody.filter((one) => one === special).length / nobody.length;
  assert.ok(share > 0.3 && share < 0.6, `${share} of them, as 9 of 20 accounts`);
  const again = bench({}, accounts);
  again.guard.keep(new Uint8Array(32).fill(7));
  assert.deepEqual(
    Array.from({ length: 200 }, (_, n) => said(again, `nobody${n}`)),
    nobody,
    'the same after a restart: who asks again learns nothing',
  );
});

test('each of them costs the same hashes, whoever is named', () => {
  const cost = (user: string): object => {
    const at = bench({}, [{ number: '20', name: '', algorithms: ['MD5'] }]);
    const before = { ...at.hashed };
    said(at, user);
    return Object.fromEntries(Object.entries(at.hashed).map(([name, n]) => [name, n - (before[name] ?? 0)]));
  };
  assert.deepEqual(cost('20'), cost('nobody'));
  assert.deepEqual(cost('101'), cost('nobody'));
});

test('a replay is stale and no strike: neither it nor a lost 401 makes the choice smaller', () => {
  const at = bench();
  const field = credentials(at, '101', PASSWORD, '10.0.0.11');
  const flow = flowFrom('10.0.0.11');
  assert.equal(at.guard.verify(register('101', field), flow).ok, true);
  for (let n = 0; n < 5; n += 1) {
    const replayed = register('101', field);
    const verdict = at.guard.verify(replayed, flow);
    assert.deepEqual(verdict, { ok: false, reason: 'stale' });
    if (verdict.ok) return;
    const lines = at.guard.challenge(verdict, replayed, flow);
    assert.equal(lines.length, 2);
    for (const [, value] of lines) assert.match(value, /stale=true/);
  }
});

test('what comes from a trunk is the trunk’s, whoever it says is calling; its users do not register without a secret', () => {
  const trunk = { number: 'trunk', name: '', addresses: ['192.0.2.0/24'], trusted: true };
  const { guard } = bench({ '101@192.0.2.77': 'MD5' }, [
    trunk,
    { number: 'door', name: '', addresses: ['198.51.100.7'] },
  ]);
  const invite = (user: string, ...more: readonly Field[]): Request =>
    request({ method: 'INVITE', uri: URI, headers: [['From', `<sip:${user}@192.0.2.9>;tag=1`], ...more] });
  const told = (asked: Request, address: string): string | undefined => {
    const verdict = guard.verify(asked, flowFrom(address));
    return verdict.ok ? verdict.user : undefined;
  };
  assert.equal(told(invite('+15550100'), '192.0.2.9'), 'trunk');
  assert.equal(told(invite('101'), '192.0.2.9'), 'trunk');
  assert.equal(told(invite('101'), '192.0.2.77'), undefined, 'a phone that is registered from among its addresses');
  assert.equal(told(invite('+15550100'), '192.0.2.77'), 'trunk');
  assert.equal(told(invite('+15550100'), '203.0.113.1'), undefined, 'from elsewhere');
  assert.equal(told(invite('+15550100'), '198.51.100.7'), undefined, 'one that is not trusted says who it is');
  assert.equal(told(invite('door'), '198.51.100.7'), 'door');
  assert.equal(told(register('101'), '192.0.2.9'), undefined);
  assert.equal(told(invite('101', ['Authorization', 'Digest username="101"']), '192.0.2.9'), undefined);
});
