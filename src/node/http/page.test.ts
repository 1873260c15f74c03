import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { kernel, shown } from './exchange-view.test.ts';
import { createPublic } from './public.ts';

/** A folder with a console in it, and beside it what is nobody's business. */
function folder(t: TestContext): string {
  const around = mkdtempSync(join(tmpdir(), 'strowger-web-'));
  t.after(() => rmSync(around, { recursive: true }));
  const web = join(around, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(around, 'secret.js'), 'secret');
  writeFileSync(join(web, 'index.html'), '<!doctype html><script type="module" src="/assets/console-1.js"></script>');
  writeFileSync(join(web, 'assets', 'console-1.js'), 'console;');
  writeFileSync(join(web, 'assets', 'style-1.css'), 'b{}');
  return web;
}

function server(t: TestContext, web: string, address = '127.0.0.1') {
  const numbers = () => [];
  const app = createPublic({
    kernel,
    address,
    web,
    numbers,
    view: shown(),
    sip: numbers,
    tell: () => undefined,
    phase: () => 'ready',
  });
  t.after(() => app.close());
  return app;
}

test('the console is for everyone, its files for ever, its page asked for anew each time', async (t) => {
  for (const address of ['127.0.0.1', '0.0.0.0']) {
    const app = server(t, folder(t), address);
    const page = await app.inject('/');
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(page.headers['cache-control'], 'no-cache');
    const script = await app.inject('/assets/console-1.js');
    assert.equal(script.body, 'console;');
    assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.match(String(script.headers['cache-control']), /max-age=31536000, immutable/);
    assert.equal(script.headers['x-content-type-options'], 'nosniff');
    assert.equal((await app.inject('/assets/style-1.css')).headers['content-type'], 'text/css; charset=utf-8');
  }
});

test('the policy lets files from here run, and nothing that stands in a page', async (t) => {
  const policy = String((await server(t, folder(t)).inject('/')).headers['content-security-policy']);
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ])
    assert.ok(policy.split('; ').includes(rule), rule);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test('no name leads out of the folder, or to what is not there', async (t) => {
  const app = server(t, folder(t));
  for (const name of [
    '..%2f..%2fsecret.js',
    '..%2Findex.html',
    '%2e%2e%2findex.html',
    '__proto__',
    'constructor',
    '.',
    'x.js',
  ]) {
    const { statusCode, body } = await app.inject(`/assets/${name}`);
    assert.equal(statusCode, 404, name);
    assert.equal(JSON.parse(body).code, 'E_NOT_FOUND', name);
  }
});

test('what is read once is kept, though the folder is built anew; before it is built the page says so', async (t) => {
  const web = folder(t);
  const app = server(t, web);
  assert.equal((await app.inject('/')).statusCode, 200);
  rmSync(web, { recursive: true });
  assert.equal((await app.inject('/assets/console-1.js')).statusCode, 200);

  const bare = server(t, web);
  const { statusCode, body } = await bare.inject('/');
  assert.equal(statusCode, 503);
  assert.match(body, /npm run build/);
  assert.equal((await bare.inject('/assets/console-1.js')).statusCode, 404);
});
