import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { operations } from '../../api/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import type { Refused } from './admission.ts';
import { kernel, placing, shown, tokenOf } from './exchange-view.test.ts';
import { openPublic } from './public.ts';

interface Asked extends Omit<RequestInit, 'headers'> {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Opened {
  readonly url: string;
  readonly refused: Refused[];
  readonly ask: (path: string, init?: Asked) => Promise<Response>;
}

async function open(t: TestContext, view: ExchangeView, address = '127.0.0.1'): Promise<Opened> {
  const refused: Refused[] = [];
  const http = await openPublic({
    kernel,
    view,
    phase: () => 'ready',
    sip: () => [],
    numbers: () => [],
    web: '',
    address,
    port: 0,
    tell: (one) => void refused.push(one),
  });
  t.after(() => http.close());
  const url = http.url.replace('0.0.0.0', '127.0.0.1');
  const ask: Opened['ask'] = (path, { token, ...init } = {}) => {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const json = init.body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(`${url}${path}`, { ...init, headers: { ...json, ...bearer, ...init.headers } });
  };
  return { url, refused, ask };
}

async function problem(answer: Response): Promise<readonly [number, unknown]> {
  assert.match(String(answer.headers.get('content-type')), /^application\/problem\+json/);
  const { code, status, type } = (await answer.json()) as Record<string, unknown>;
  assert.deepEqual([status, type], [answer.status, `urn:strowger:error:${String(code)}`]);
  return [answer.status, code];
}

test('a token opens what its scopes say, and nothing else', async (t) => {
  const view = shown();
  const { ask } = await open(t, view);
  const [reader, caller, admin] = await Promise.all([
    tokenOf(view, 'read'),
    tokenOf(view, 'calls'),
    tokenOf(view, 'admin'),
  ]);
  const all: readonly (readonly [string, string, string | undefined, number])[] = [
    ['GET', '/api/status', undefined, 401],
    ['GET', '/api/status', reader, 200],
    ['GET', '/api/status', caller, 403],
    ['GET', '/api/status', admin, 200],
    ['GET', '/api/calls/c0ffee', caller, 200],
    ['DELETE', '/api/calls/c0ffee', reader, 403],
    ['DELETE', '/api/calls/c0ffee', caller, 200],
    ['GET', '/api/tokens', caller, 403],
    ['GET', '/api/tokens', admin, 200],
  ];
  for (const [method, path, token, status] of all)
    assert.equal(
      (await ask(path, { method, ...(token === undefined ? {} : { token }) })).status,
      status,
      `${method} ${path}`,
    );
  const challenged = await ask('/api/status');
  assert.match(challenged.headers.get('www-authenticate') ?? '', /^Bearer/);
  assert.deepEqual(await problem(challenged), [401, 'E_TOKEN']);
  assert.deepEqual(await problem(await ask('/api/tokens', { token: reader })), [403, 'E_SCOPE']);
});

test('a token is made over HTTP by an admin, shown once, and worthless once revoked', async (t) => {
  const view = shown();
  const { ask } = await open(t, view);
  const admin = await tokenOf(view, 'admin');
  const body = JSON.stringify({ name: 'wallboard', scopes: ['read'], expires: '1h' });
  const made = await ask('/api/tokens', { method: 'POST', token: admin, body });
  assert.equal(made.status, 201);
  const { id, token, expiresAt, createdAt } = (await made.json()) as {
    id: string;
    token: string;
    expiresAt: number;
    createdAt: number;
  };
  assert.equal(made.headers.get('location'), `/api/tokens/${id}`);
  assert.equal(expiresAt - createdAt, 3_600_000);
  const list = await (await ask('/api/tokens', { token: admin })).text();
  assert.ok(list.includes('wallboard') && !list.includes(token.slice(-20)));
  assert.equal((await ask('/api/version', { token })).status, 200);
  assert.equal((await ask(`/api/tokens/${id}`, { method: 'DELETE', token: admin })).status, 200);
  assert.equal((await ask('/api/version', { token })).status, 401);
  assert.deepEqual(await problem(await ask(`/api/tokens/${id}`, { method: 'DELETE', token: admin })), [
    404,
    'E_NO_TOKEN',
  ]);
});

test('guessing is told of, answered ten times a minute, and locks nobody out', async (t) => {
  const view = shown();
  const { ask, refused } = await open(t, view);
  const good = await tokenOf(view, 'read');
  const statuses: number[] = [];
  for (let guess = 0; guess < 15; guess += 1)
    statuses.push(
      (await ask('/api/status?secret=1', { token: `${good.slice(0, -8)}0000000${guess.toString(16)}` })).status,
    );
  assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([401]));
  assert.equal(statuses.at(-1), 429);
  assert.equal(refused.length, 10);
  assert.deepEqual({ ...refused[0] }, { source: '127.0.0.1', path: '/api/status', why: 'no such token' });
  const limited = await ask('/api/status', { token: 'nonsense' });
  assert.ok(Number(limited.headers.get('retry-after')) >= 1);
  assert.deepEqual(await problem(limited), [429, 'E_ATTEMPTS']);
  assert.equal((await ask('/api/status', { token: good })).status, 200);
});

test('bad input is 400, 413 or 415 and says what is wrong; nothing is placed', async (t) => {
  const { view, asked } = placing();
  const { ask, url } = await open(t, view);
  const token = await tokenOf(view, 'calls');
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    ask('/api/calls', { method: 'POST', token, body, headers: { 'content-type': type } });
  for (const [body, type, status] of [
    ['{', 'application/json', 400],
    ['[]', 'application/json', 400],
    ['null', 'application/json', 400],
    ['"text"', 'application/json', 400],
    ['', 'application/json', 400],
    ['{"__proto__":{"from":"102"}}', 'application/json', 400],
    ['{"from":"102","to":"800"}', 'text/plain', 415],
    ['from=102&to=800', 'application/x-www-form-urlencoded', 415],
    [JSON.stringify({ from: '102', to: 'x'.repeat(20_000) }), 'application/json', 413],
  ] as const) {
    const answer = await post(body, type);
    assert.deepEqual(await problem(answer), [status, 'E_INPUT'], body.slice(0, 40));
  }
  const wrong = await post('{"from":"102","too":"800"}');
  const { mistakes } = (await wrong.json()) as { mistakes: unknown };
  assert.deepEqual(mistakes, [
    { field: 'too', why: 'there is no such field' },
    { field: '', why: 'it takes one of to and join' },
  ]);
  assert.equal(
    (await ask('/api/calls?wait=true&limit=1', { method: 'POST', token, body: '{"from":"1","to":"2"}' })).status,
    400,
  );
  assert.deepEqual(asked, []);
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test('a name that is not ours is refused on loopback, whatever it asks for (DNS rebinding)', async (t) => {
  const view = shown();
  const { url } = await open(t, view);
  const { port } = new URL(url);
  const asked = (host: string, path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { host };
      const asking = request({ host: '127.0.0.1', port, path, headers }, (reply) => resolve(reply.resume().statusCode));
      asking.on('error', reject).end();
    });
  for (const path of ['/', '/status.json', '/api/status', '/health', '/api'])
    assert.equal(await asked('evil.example', path), 421, path);
  for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]:8080', 'LOCALHOST:1'])
    assert.equal(await asked(host, '/health'), 200, host);
  assert.equal(await asked('localhost.evil.example', '/health'), 421);
});

test('a token is told what it allows', async (t) => {
  const view = shown();
  const { ask } = await open(t, view);
  for (const scopes of [['read'], ['calls'], ['admin']] as const) {
    const answer = await ask('/api/token', { token: await tokenOf(view, ...scopes) });
    assert.deepEqual(await answer.json(), { name: 'test', scopes });
  }
  assert.deepEqual(await problem(await ask('/api/token')), [401, 'E_TOKEN']);
});

test('beyond loopback the overview and the reference want a token too; the console’s files and health do not', async (t) => {
  const view = shown();
  const { ask } = await open(t, view, '0.0.0.0');
  const token = await tokenOf(view, 'read');
  const basic = { authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` };
  assert.equal((await ask('/health')).status, 200);
  assert.notEqual((await ask('/')).status, 401, 'whoever is to sign in needs its form');
  for (const path of ['/api', '/api/openapi.json']) {
    const refused = await ask(path);
    assert.equal(refused.status, 401, path);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic/);
    assert.equal((await ask(path, { headers: basic })).status, 200, path);
    assert.equal((await ask(path, { token })).status, 200, path);
  }
  const overview = await ask('/status.json');
  assert.equal(overview.status, 401);
  assert.match(overview.headers.get('www-authenticate') ?? '', /^Bearer/, 'no browser asks for a password by itself');
  assert.equal((await ask('/status.json', { token })).status, 200);
  assert.equal(
    (await ask('/api/status', { headers: basic })).status,
    401,
    'a page elsewhere could make a browser send it',
  );
});

test('every answer carries the headers that keep browsers from mistakes, and none that opens it to other origins', async (t) => {
  const { ask } = await open(t, shown());
  for (const path of ['/', '/api', '/api/openapi.json', '/api/status', '/nowhere']) {
    const { headers } = await ask(path, { headers: { origin: 'https://evil.example' } });
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/, path);
    assert.equal(headers.get('access-control-allow-origin'), null, path);
  }
  const preflight = await ask('/api/calls', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
  assert.equal(preflight.status, 404);
});

test('the reference is readable, whole in itself, and names every operation', async (t) => {
  const { ask } = await open(t, shown());
  const text = await (await ask('/api')).text();
  for (const part of ['/api/calls/:id', 'callerId', 'Scope: read or calls', '/api/openapi.json'])
    assert.ok(text.includes(part), part);
  assert.doesNotMatch(text, /<script|https?:\/\/|src=/);
  const document = (await (await ask('/api/openapi.json')).json()) as { openapi: string; info: { version: string } };
  assert.deepEqual([document.openapi, document.info.version], ['3.1.0', '1.2.3']);
});

const BODY = JSON.stringify({ from: '102', to: '800' });

test('a call that is asked for is 202 with its place', async (t) => {
  const { view, asked } = placing();
  const { ask } = await open(t, view);
  const token = await tokenOf(view, 'calls');
  const answer = await ask('/api/calls', { method: 'POST', token, body: BODY });
  assert.deepEqual([answer.status, answer.headers.get('location')], [202, '/api/calls/new']);
  assert.deepEqual(asked, [{ from: '102', to: '800' }]);
  const { placed } = (await (await ask('/api/calls/new', { token })).json()) as { placed: unknown };
  assert.deepEqual(placed, { state: 'calling' });
});

test('who waits is answered when it is decided', async (t) => {
  const placed = placing();
  const { ask } = await open(t, placed.view);
  const token = await tokenOf(placed.view, 'calls');
  const waiting = ask('/api/calls?wait=true', { method: 'POST', token, body: BODY });
  while (placed.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  placed.become({ state: 'ringing' });
  placed.become({ state: 'ended', outcome: 'busy', status: 486, reasonPhrase: 'Busy Here' });
  const answer = await waiting;
  assert.equal(answer.status, 200);
  assert.equal(((await answer.json()) as { placed: { status: number } }).placed.status, 486);
});

test('lines tell each step; a connection that closes before the answer cancels the call', async (t) => {
  const placed = placing();
  const { ask } = await open(t, placed.view);
  const token = await tokenOf(placed.view, 'calls');
  const given = new AbortController();
  const waiting = ask('/api/calls?wait=true', {
    method: 'POST',
    token,
    body: BODY,
    headers: { accept: 'application/x-ndjson' },
    signal: given.signal,
  });
  while (placed.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  placed.become({ state: 'ringing', at: { name: 'Bob', number: '102' } });
  const answer = await waiting;
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  assert.match(first?.value ?? '', /"state":"ringing".*\n$/);
  given.abort();
  while (!placed.cancelled()) await new Promise((resolve) => setImmediate(resolve));
});

test('a path upwards, sent raw, finds nothing', async (t) => {
  const { url } = await open(t, shown());
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /api/calls/../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(socket, 'close');
  assert.match(text, /^HTTP\/1\.1 (401|404) /);
  assert.doesNotMatch(text, /root:/);
});

test('whatever changes anything is refused to who may only look, and tokens to all but administrators', async (t) => {
  const view = shown();
  const [reader, caller] = await Promise.all([tokenOf(view, 'read'), tokenOf(view, 'calls')]);
  const { ask } = await open(t, view);
  const changing = operations.filter(({ method }) => method !== 'GET');
  assert.ok(changing.length >= 10);
  for (const { method, path } of changing) {
    const at = path.replaceAll(/:\w+/g, 'c0ffee');
    const body = method === 'DELETE' ? {} : { body: '{}' };
    for (const token of path.startsWith('/api/tokens') ? [reader, caller] : [reader])
      assert.equal((await ask(at, { method, token, ...body })).status, 403, `${method} ${path}`);
  }
});
