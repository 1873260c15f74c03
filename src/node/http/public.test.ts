import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { kernel, shown } from './exchange-view.test.ts';
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

test('the page shows the same and takes nothing from elsewhere', async (t) => {
  const { headers, body } = await server(t).inject('/');
  assert.match(String(headers['content-type']), /^text\/html; charset=utf-8$/);
  for (const text of ['101 Alice', '102 Bob', '192.168.1.20:5060', 'weasels']) assert.ok(body.includes(text), text);
  assert.match(body, /data-number="101" data-on="true"/);
  assert.match(body, /data-number="102" data-on="false"/);
  assert.doesNotMatch(body, /https?:|src=|href=|@import|url\(/);
  assert.match(body, /prefers-color-scheme: dark/);
});

test('the policy lets this page’s own style and script run and nothing else', async (t) => {
  const { headers, body } = await server(t).inject('/');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  for (const element of ['style', 'script']) {
    const inside = new RegExp(`<${element}>([^]*)</${element}>`).exec(body)?.[1] ?? '';
    const digest = createHash('sha256').update(inside).digest('base64');
    assert.ok(inside.length > 100 && policy.includes(`${element}-src 'sha256-${digest}'`), element);
  }
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('a name cannot become markup', async (t) => {
  const name = `</li><script>alert('1')</script>"&`;
  const { body } = await server(t, { view: shown({ accounts: () => [{ number: `1"x='y`, name }] }) }).inject('/');
  assert.ok(body.includes('&lt;/li&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;'));
  assert.ok(body.includes('data-number="1&quot;x=&#39;y"'));
  assert.equal(body.split('<script>').length, 2);
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
