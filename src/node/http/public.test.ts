import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { kernel, shown, tokenOf } from './exchange-view.test.ts';
import { createPublic, openPublic, type Phase, type PublicOptions } from './public.ts';

function options(changed: Partial<PublicOptions> = {}): PublicOptions & { readonly address: string } {
  return {
    kernel,
    address: '127.0.0.1',
    tell: () => undefined,
    view: shown(),
    phase: () => 'ready',
    sip: () => ['192.168.1.20:5060'],
    numbers: () => [{ number: '800', what: 'weasels' }],
    web: '',
    ...changed,
  };
}

function server(t: TestContext, changed: Partial<PublicOptions> = {}) {
  const app = createPublic(options(changed));
  t.after(() => app.close());
  return app;
}

test('health is 200 when ready and 503 before and after', async (t) => {
  let phase: Phase = 'starting';
  const app = server(t, { phase: () => phase });
  const asked = async () => {
    const { statusCode, body } = await app.inject('/health');
    return [statusCode, JSON.parse(body)];
  };
  assert.deepEqual(await asked(), [503, { status: 'starting' }]);
  phase = 'ready';
  assert.deepEqual(await asked(), [200, { status: 'ok' }]);
  phase = 'draining';
  assert.deepEqual(await asked(), [503, { status: 'draining' }]);
});

test('status.json tells who is there and how many talk, not where phones are or who talks', async (t) => {
  const { statusCode, body } = await server(t).inject('/status.json');
  assert.equal(statusCode, 200);
  assert.deepEqual(JSON.parse(body), {
    phase: 'ready',
    phones: [
      { number: '101', name: 'Alice', registered: true },
      { number: '102', name: 'Bob', registered: false },
    ],
    calls: 1,
    sip: ['192.168.1.20:5060'],
    numbers: [{ number: '800', what: 'weasels' }],
  });
  assert.doesNotMatch(body, /192\.0\.2\.7|c0ffee/);
});

test('whom a proxy on this machine brings is not from here: he sees the overview by a token', async (t) => {
  const view = shown();
  const app = server(t, { view });
  for (const [name, value] of [
    ['x-forwarded-for', '203.0.113.9'],
    ['forwarded', 'for=203.0.113.9'],
    ['x-real-ip', '203.0.113.9'],
    ['via', '1.1 proxy'],
  ] as const)
    for (const url of ['/status.json', '/api', '/api/openapi.json']) {
      const headers = { [name]: value, host: 'localhost' };
      assert.equal((await app.inject({ url, headers })).statusCode, 401, `${url} with ${name}`);
      const authorization = `Bearer ${await tokenOf(view, 'read')}`;
      assert.equal((await app.inject({ url, headers: { ...headers, authorization } })).statusCode, 200);
    }
});

test('without a token nothing can be asked or changed; other paths are 404, all in JSON', async (t) => {
  const app = server(t, { view: shown({ hangup: () => assert.fail('hung up') }) });
  for (const [method, url, status, code] of [
    ['GET', '/api/status', 401, 'E_TOKEN'],
    ['DELETE', '/api/calls/c0ffee', 401, 'E_TOKEN'],
    ['POST', '/health', 404, 'E_NOT_FOUND'],
    ['PUT', '/', 404, 'E_NOT_FOUND'],
    ['GET', '/..%2f..%2fetc/passwd', 404, 'E_NOT_FOUND'],
    ['GET', '/api/../../etc/passwd', 404, 'E_NOT_FOUND'],
    ['GET', '/<script>', 404, 'E_NOT_FOUND'],
  ] as const) {
    const { statusCode, headers, body } = await app.inject({ method, url });
    assert.equal(statusCode, status, url);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.equal(JSON.parse(body).code, code);
  }
});

test('a mistake of ours is 500 without its insides', async (t) => {
  const broken = shown({
    registrations: () => {
      throw new Error('secret path /etc/strowger');
    },
  });
  const { statusCode, body } = await server(t, { view: broken }).inject('/status.json');
  assert.equal(statusCode, 500);
  assert.equal(JSON.parse(body).code, 'E_INTERNAL');
  assert.doesNotMatch(body, /secret/);
});

test('a body that is too long or unreadable is refused', async (t) => {
  const app = server(t);
  app.post('/mirror', (request, reply) => reply.send(request.body));
  const headers = { 'content-type': 'application/json' };
  const long = await app.inject({ method: 'POST', url: '/mirror', headers, body: `"${'x'.repeat(20_000)}"` });
  assert.equal(long.statusCode, 413);
  const broken = await app.inject({ method: 'POST', url: '/mirror', headers, body: '{' });
  assert.equal(broken.statusCode, 400);
  assert.equal(JSON.parse(broken.body).code, 'E_INPUT');
});

test('it listens where told, port 0 becoming a free one; a taken port is E_BIND', async () => {
  const http = await openPublic({ ...options(), address: '127.0.0.1', port: 0 });
  assert.match(http.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = await fetch(`${http.url}/health`);
  assert.deepEqual(await answer.json(), { status: 'ok' });
  await http.close();

  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await assert.rejects(openPublic({ ...options(), address: '127.0.0.1', port }), { code: 'E_BIND', message: /http/ });
  taken.close();
});
