import assert from 'node:assert/strict';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Crypto, Kernel } from '../../kernel/index.ts';
import { type Field, request, type Request, response, type Response } from '../message/index.ts';
import { parseAuth, plain } from './auth-params.ts';
import {
  type Algorithm,
  algorithmOf,
  answer,
  type Challenger,
  createChallenger,
  digestResponse,
  ha1,
  isStale,
  NonceCounts,
  type Secrets,
} from './index.ts';
import { NonceUses } from './nonce-uses.ts';

const REALM = 'biloxi.com';
const URI = 'sip:registrar.biloxi.com';
const MINUTE = 60_000;

let draws = 0;
const crypto: Crypto = {
  hash: (name, data) => createHash(name).update(data).digest(),
  hmac: (name, key, data) => createHmac(name, key).update(data).digest(),
  random: (count) => {
    draws += 1;
    return createHash('sha256').update(String(draws)).digest().subarray(0, count);
  },
  equal: (a, b) => timingSafeEqual(a, b),
};

interface Server {
  readonly kernel: Kernel;
  readonly challenger: Challenger;
  readonly pass: (ms: number) => void;
}

function server(options: { realm?: string; key?: string; at?: number } = {}): Server {
  let now = options.at ?? 1000;
  const nothing = (): void => undefined;
  const kernel = new Kernel({ now: () => now, wall: () => now, crypto, arm: nothing, onFault: nothing });
  const key = createHash('sha256')
    .update(options.key ?? 'key')
    .digest();
  const challenger = createChallenger({ kernel, key, realm: options.realm ?? REALM });
  return { kernel, challenger, pass: (ms) => void (now += ms) };
}

function secrets(user: string, password: string, realm = REALM): Required<Secrets> {
  const of = (algorithm: Algorithm): string => ha1(crypto, algorithm, user, realm, password);
  return { MD5: of('MD5'), 'SHA-256': of('SHA-256'), 'SHA-512-256': of('SHA-512-256') };
}

const BOB = secrets('bob', 'zanzibar');
const lookup = (user: string): Secrets | undefined => (user === 'bob' ? BOB : undefined);

function register(headers: readonly Field[] = [], body = new Uint8Array(0)): Request {
  return request({ method: 'REGISTER', uri: URI, headers, body });
}

function challenged(headers: readonly Field[], status = 401): Response {
  return response({ status, headers });
}

interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly uri?: string;
  readonly counts?: NonceCounts;
}

function reply(at: Server, headers: readonly Field[], login: Login = {}): Field {
  const field = answer(at.kernel, {
    response: challenged(headers),
    method: 'REGISTER',
    uri: login.uri ?? URI,
    user: login.user ?? 'bob',
    password: login.password ?? 'zanzibar',
    ...(login.counts && { counts: login.counts }),
  });
  assert.ok(field !== undefined);
  return field;
}

function verdict(at: Server, ...fields: readonly Field[]): string {
  const result = at.challenger.verify(register(fields), lookup);
  return result.ok ? `ok ${result.user}` : result.reason;
}

/** Credentials written by hand, as phones do that write them their own way. */
function byHand(nonce: string, extra: { nc?: string; qop?: boolean; user?: string; upper?: boolean } = {}): Field {
  const { nc = '00000001', qop = true, user = 'bob' } = extra;
  const counted = qop ? ({ qop: 'auth', nc, cnonce: 'abc' } as const) : undefined;
  const input = { algorithm: 'MD5', ha1: BOB.MD5, nonce, method: 'REGISTER', uri: URI, counted } as const;
  const digest = digestResponse(crypto, { ...input, body: new Uint8Array(0) });
  const tail = qop ? `,qop="auth", nc = ${nc}, cnonce="abc"` : '';
  const shown = extra.upper === true ? digest.toUpperCase() : digest;
  return [
    'Authorization',
    `DIGEST username="${user}",realm="${REALM}" ,NONCE="${nonce}",uri="${URI}",response="${shown}"${tail}`,
  ];
}

function nonceOf(headers: readonly Field[]): string {
  const [params] = parseAuth(headers[0]?.[1] ?? '');
  return params?.raw.get('nonce') ?? '';
}

interface Vector {
  readonly source: string;
  readonly algorithm: Algorithm;
  readonly user: string;
  readonly realm: string;
  readonly pw: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc?: string;
  readonly cnonce?: string;
  readonly ha1: string;
  readonly response: string;
}

const vectorFile = new URL('../../../test/vectors/digest/digest.json', import.meta.url);
const vectors = (JSON.parse(readFileSync(vectorFile, 'utf8')) as { cases: Vector[] }).cases;
assert.ok(vectors.length >= 10);

for (const v of vectors) {
  test(`vector: ${v.algorithm} ${v.method} ${v.nc ?? 'without qop'}, ${v.source}`, () => {
    const secret = ha1(crypto, v.algorithm, v.user, v.realm, v.pw);
    assert.equal(secret, v.ha1);
    const { algorithm, nonce, method, uri, nc, cnonce } = v;
    const counted = nc === undefined || cnonce === undefined ? undefined : ({ qop: 'auth', nc, cnonce } as const);
    const digest = digestResponse(crypto, {
      algorithm,
      ha1: secret,
      nonce,
      method,
      uri,
      counted,
      body: new Uint8Array(0),
    });
    assert.equal(digest, v.response);
  });
}

test('one challenge line per algorithm, the strongest first, with qop (RFC 8760 §2.3, §2.6)', () => {
  const lines = server().challenger.challenges();
  const read = lines.map(([, value]) => parseAuth(value)[0]);
  assert.deepEqual(
    lines.map(([name]) => name),
    ['WWW-Authenticate', 'WWW-Authenticate'],
  );
  assert.deepEqual(
    read.map((one) => one && [plain(one, 'algorithm'), plain(one, 'qop'), plain(one, 'realm'), plain(one, 'stale')]),
    [
      ['SHA-256', 'auth', REALM, undefined],
      ['MD5', 'auth', REALM, undefined],
    ],
  );
  const [only, ...rest] = server().challenger.challenges({ stale: true, only: ['MD5'] });
  assert.match(only?.[1] ?? '', /algorithm=MD5, qop="auth", stale=true$/);
  assert.deepEqual(rest, []);
});

test('who knows the password comes in, by each algorithm', () => {
  for (const algorithm of ['SHA-512-256', 'SHA-256', 'MD5'] as const) {
    const at = server();
    assert.equal(verdict(at, reply(at, at.challenger.challenges({ only: [algorithm] }))), 'ok bob', algorithm);
  }
});

test('a wrong password, an unknown user, a user without a secret for the algorithm, no credentials', () => {
  const at = server();
  assert.equal(verdict(at), 'missing');
  assert.equal(verdict(at, reply(at, at.challenger.challenges(), { password: 'wrong' })), 'wrong');
  assert.equal(verdict(at, reply(at, at.challenger.challenges(), { user: 'mallory' })), 'unknown');
  const credentials = register([reply(at, at.challenger.challenges())]);
  assert.deepEqual(
    at.challenger.verify(credentials, () => ({ MD5: BOB.MD5 })),
    { ok: false, reason: 'unknown' },
  );
});

test('unknown users cost the hashes that wrong passwords cost', () => {
  const at = server();
  let hashes = 0;
  const counting: Crypto = { ...crypto, hash: (name, data) => ((hashes += 1), crypto.hash(name, data)) };
  const kernel = new Kernel({ now: () => 0, wall: () => 0, crypto: counting, arm() {}, onFault() {} });
  const challenger = createChallenger({ kernel, key: new Uint8Array(32), realm: REALM });
  const cost = (login: Login): number => {
    const credentials = register([reply(at, challenger.challenges(), login)]);
    hashes = 0;
    challenger.verify(credentials, lookup);
    return hashes;
  };
  assert.equal(cost({ user: 'mallory' }), cost({ password: 'wrong' }));
});

test('a nonce lasts five minutes, and dies with a restart or another key', () => {
  const at = server();
  const credentials = reply(at, at.challenger.challenges());
  at.pass(5 * MINUTE);
  assert.equal(verdict(at, credentials), 'ok bob');
  const late = reply(at, at.challenger.challenges());
  at.pass(5 * MINUTE + 1);
  assert.equal(verdict(at, late), 'stale');
  const fresh = reply(at, at.challenger.challenges());
  assert.equal(verdict(server(), fresh), 'stale');
  assert.equal(verdict(server({ key: 'other' }), fresh), 'stale');
});

test('a nonce that was tampered with is stale, whatever stands in it', () => {
  const at = server();
  const nonce = nonceOf(at.challenger.challenges());
  for (let place = 0; place < nonce.length; place += 1) {
    const other = nonce.slice(0, place) + (nonce[place] === '0' ? '1' : '0') + nonce.slice(place + 1);
    assert.equal(verdict(at, byHand(other)), 'stale');
  }
  assert.equal(verdict(at, byHand('')), 'stale');
  assert.equal(verdict(at, byHand(`${nonce}0`)), 'stale');
});

test('a replay is stale, never wrong; a new count is good', () => {
  const at = server();
  const challenges = at.challenger.challenges();
  const counts = new NonceCounts();
  const first = reply(at, challenges, { counts });
  assert.equal(verdict(at, first), 'ok bob');
  assert.equal(verdict(at, first), 'stale');
  assert.equal(verdict(at, reply(at, challenges, { counts })), 'ok bob');
  const reused = reply(at, challenges);
  assert.equal(verdict(at, reused), 'stale');
  assert.equal(verdict(at, reply(at, at.challenger.challenges())), 'ok bob');
});

test('counts may come out of order within 32, each once; broken ones are stale', () => {
  const at = server();
  const nonce = nonceOf(at.challenger.challenges());
  const use = (nc: string): string => verdict(at, byHand(nonce, { nc }));
  assert.equal(use('00000028'), 'ok bob');
  assert.equal(use('00000009'), 'ok bob');
  assert.equal(use('00000009'), 'stale');
  assert.equal(use('00000008'), 'stale');
  assert.equal(use('00000048'), 'ok bob');
  assert.equal(use('00000029'), 'ok bob');
  assert.equal(use('00000028'), 'stale');
  assert.equal(use('zz'), 'stale');
  assert.equal(use(''), 'stale');
  assert.equal(use('ffffffff'), 'ok bob');
});

test('the window agrees with a set that remembers all', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 })), (counts) => {
      const uses = new NonceUses(1000, 10);
      const used = new Set<number>();
      for (const count of counts) {
        const highest = Math.max(...used, Number.NEGATIVE_INFINITY);
        assert.equal(uses.use('n', 0, count, 0), !used.has(count) && count > highest - 32);
        if (count > highest - 32) used.add(count);
      }
    }),
  );
});

test('counts are forgotten with their nonces; too many push the oldest out, and those are stale then', () => {
  const uses = new NonceUses(1000, 3);
  for (let at = 0; at < 5; at += 1) assert.ok(uses.use(`n${at}`, at, 1, at));
  assert.equal(uses.size, 3);
  assert.equal(uses.use('n0', 0, 2, 5), false);
  assert.equal(uses.use('n4', 4, 2, 5), true);
  assert.ok(uses.use('new', 2000, 1, 2000));
  assert.equal(uses.size, 1);
});

test('a wrong password uses up no count', () => {
  const at = server();
  const challenges = at.challenger.challenges();
  assert.equal(verdict(at, reply(at, challenges, { password: 'wrong' })), 'wrong');
  assert.equal(verdict(at, reply(at, challenges)), 'ok bob');
});

test('an answer made for another Request-URI is wrong; another port or parameter is not another', () => {
  const at = server();
  assert.equal(verdict(at, reply(at, at.challenger.challenges(), { uri: 'sip:elsewhere.com' })), 'wrong');
  assert.equal(verdict(at, reply(at, at.challenger.challenges(), { uri: 'sip:bob@registrar.biloxi.com' })), 'wrong');
  assert.equal(verdict(at, reply(at, at.challenger.challenges(), { uri: `${URI}:5060;transport=udp` })), 'ok bob');
});

test('the method counts: credentials for REGISTER open no INVITE', () => {
  const at = server();
  const field = reply(at, at.challenger.challenges());
  const invite = request({ method: 'INVITE', uri: URI, headers: [field] });
  assert.deepEqual(at.challenger.verify(invite, lookup), { ok: false, reason: 'wrong' });
});

test('phones that leave qop out are let in (RFC 2617 §3.2.2), odd writing too', () => {
  const at = server();
  assert.equal(verdict(at, byHand(nonceOf(at.challenger.challenges()), { qop: false })), 'ok bob');
  assert.equal(verdict(at, byHand(nonceOf(at.challenger.challenges()), { upper: true })), 'ok bob');
});

test('of several Authorization lines the one with our realm and a good nonce is taken', () => {
  const at = server();
  const other = server({ realm: 'other.org' });
  const foreign = reply(other, other.challenger.challenges());
  const old = reply(server(), server().challenger.challenges());
  const good = reply(at, at.challenger.challenges());
  assert.equal(verdict(at, foreign), 'missing');
  assert.equal(verdict(at, foreign, old, good), 'ok bob');
  assert.equal(verdict(at, ['Authorization', 'NoOneKnowsThisScheme opaque-data=here']), 'missing');
  assert.equal(verdict(at, ['Authorization', 'Digest username="bob", response=""']), 'missing');
});

test('user names and realms beyond ASCII, and with quotes', () => {
  const realm = 'Jäsøn "中" house';
  const at = server({ realm });
  const jason = secrets('Jäs"øn', 'pässwörd', realm);
  const field = reply(at, at.challenger.challenges(), { user: 'Jäs"øn', password: 'pässwörd' });
  const result = at.challenger.verify(register([field]), (user) => (user === 'Jäs"øn' ? jason : undefined));
  assert.deepEqual(result, { ok: true, user: 'Jäs"øn', algorithm: 'SHA-256' });
});

test('auth-int covers the body (RFC 7616 §3.4.3)', () => {
  const at = server();
  const offered = at.challenger
    .challenges()
    .map(([name, value]): Field => [name, value.replace('qop="auth"', 'qop="auth-int"')]);
  const body = new Uint8Array([1, 2, 255]);
  const input = {
    response: challenged(offered),
    method: 'REGISTER',
    uri: URI,
    user: 'bob',
    password: 'zanzibar',
    body,
  };
  const [first, second] = [answer(at.kernel, input), answer(at.kernel, { ...input, response: challenged(offered) })];
  assert.ok(first !== undefined && second !== undefined);
  assert.match(first[1], /qop=auth-int/);
  assert.deepEqual(at.challenger.verify(register([first], new Uint8Array([1, 2, 254])), lookup), {
    ok: false,
    reason: 'wrong',
  });
  assert.deepEqual(at.challenger.verify(register([second], body), lookup), {
    ok: true,
    user: 'bob',
    algorithm: 'SHA-256',
  });
});

test('the client takes the strongest challenge it knows, and repeats opaque', () => {
  const { kernel } = server();
  const headers: readonly Field[] = [
    ['WWW-Authenticate', 'Digest realm="a", nonce="n1", algorithm=AKAv1-MD5, qop="auth"'],
    ['WWW-Authenticate', 'Digest realm="a", nonce="n2", algorithm=MD5, qop="auth,auth-int", opaque="o\\"p"'],
    ['WWW-Authenticate', 'Digest realm="a", nonce="n3", algorithm=SHA-256, qop="auth"'],
  ];
  const input = { method: 'INVITE', uri: 'sip:x@y', user: 'u', password: 'p' };
  const [name, value] = answer(kernel, { response: challenged(headers), ...input }) ?? ['', ''];
  assert.equal(name, 'Authorization');
  assert.match(value, /nonce="n3".*algorithm=SHA-256, qop=auth, nc=00000001, cnonce="[0-9a-f]{32}"$/);
  const weak = answer(kernel, { response: challenged(headers.slice(0, 2)), ...input });
  assert.match(weak?.[1] ?? '', /nonce="n2".*qop=auth,.*opaque="o\\"p"$/);
  assert.equal(answer(kernel, { response: challenged(headers.slice(0, 1)), ...input }), undefined);
  assert.equal(answer(kernel, { response: challenged([]), ...input }), undefined);
});

test('the client answers proxies, old servers without qop or algorithm, and joined lines', () => {
  const { kernel } = server();
  const input = { method: 'INVITE', uri: 'sip:bob@biloxi.com', user: 'bob', password: 'zanzibar' };
  const legacy = 'Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
  const [name, value] = answer(kernel, { response: challenged([['Proxy-Authenticate', legacy]], 407), ...input }) ?? [
    '',
    '',
  ];
  assert.equal(name, 'Proxy-Authorization');
  assert.match(value, /response="bf57e4e0d0bffc0fbaedce64d59add5e"$/);
  const joined =
    'Digest realm="r", nonce="1", algorithm=MD5, qop="auth", Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"';
  assert.match(
    answer(kernel, { response: challenged([['WWW-Authenticate', joined]]), ...input })?.[1] ?? '',
    /nonce="2"/,
  );
});

test('the client counts its uses of a nonce and sees stale', () => {
  const counts = new NonceCounts();
  assert.deepEqual([counts.next('a'), counts.next('a'), counts.next('b'), counts.next('a')], [1, 2, 1, 3]);
  const at = server();
  assert.equal(isStale(challenged(at.challenger.challenges({ stale: true }))), true);
  assert.equal(isStale(challenged(at.challenger.challenges())), false);
});

test('algorithm names lose their case; none is MD5; -sess is not known', () => {
  assert.deepEqual(
    [algorithmOf(undefined), algorithmOf('sha-256'), algorithmOf('MD5-sess')],
    ['MD5', 'SHA-256', undefined],
  );
});

test('no Authorization makes verifying throw or let anyone in', () => {
  const at = server();
  const piece = fc.constantFrom(
    'Digest ',
    'username="bob"',
    'realm="biloxi.com"',
    'nonce="',
    '"',
    ',',
    '=',
    '\\',
    ' ',
    'uri="x"',
    'response=',
    'nc=1',
    'qop=auth',
    '\u00ff',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const result = at.challenger.verify(register([['Authorization', pieces.join('')]]), lookup);
      assert.equal(result.ok, false);
    }),
  );
});
