import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { createLiveKernel } from '../clock.ts';
import { openControl } from '../http/control.ts';
import { call, placing, registration, shown } from '../http/exchange-view.test.ts';
import { columns, lasting } from './columns.ts';
import { type RawStartOptions, runCli, type StartOptions } from './index.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-cli-'));
after(() => rmSync(home, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly started: readonly StartOptions[];
}

async function run(
  argv: readonly string[],
  starting: () => void = () => undefined,
  file?: Partial<RawStartOptions>,
): Promise<Ran> {
  const [out, err, started]: [string[], string[], StartOptions[]] = [[], [], []];
  const code = await runCli(argv, {
    version: '9.9.9',
    now: () => 1_120_000,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    start: async (options, complete) => {
      started.push(options, ...(file === undefined ? [] : [complete(file)]));
      starting();
    },
    check: async (named) => {
      if (named === 'bad.yaml') throw new StrowgerError('E_CONFIG', { mistakes: 'bad.yaml:3:5: no.' });
      return `${named} is good`;
    },
  });
  return { code, out: out.join(''), err: err.join(''), started };
}

async function exchange(t: TestContext, view: ExchangeView = shown()): Promise<string> {
  const folder = mkdtempSync(join(home, 'data-'));
  const kernel = createLiveKernel({ onFault: () => undefined });
  const control = await openControl({ kernel, view, folder });
  t.after(() => control.close());
  return folder;
}

test('start without options has the documented defaults', async () => {
  const { code, started } = await run(['start']);
  assert.equal(code, 0);
  assert.deepEqual(started, [
    {
      data: './data',
      config: undefined,
      bind: [],
      sipPort: 5060,
      tlsPort: 5061,
      wsPort: 8088,
      wssPort: 8089,
      tls: undefined,
      httpPort: 8080,
      httpBind: ['127.0.0.1'],
      rtpPorts: { from: 10_000, to: 19_999 },
      demoPassword: undefined,
      json: false,
      sounds: [],
      drainMs: 10_000,
    },
  ]);
});

test('start takes every option; --bind several times or several addresses', async () => {
  const line =
    'start --data /tmp/x --bind 127.0.0.1 ::1 --bind 0.0.0.0 --sip-port 0 --sip-ws-port off --sip-wss-port 8443 --tls-certificate c.pem --tls-key k.pem --http-port 65535 --http-bind 0.0.0.0 ::1 --rtp-ports 2000-2001 --demo-password s3same --json --drain 0';
  const { code, started, err } = await run(line.split(' '));
  assert.equal(code, 0, err);
  assert.deepEqual(started, [
    {
      data: '/tmp/x',
      config: undefined,
      bind: ['127.0.0.1', '::1', '0.0.0.0'],
      sipPort: 0,
      tlsPort: 0,
      wsPort: undefined,
      wssPort: 8443,
      tls: { certificate: 'c.pem', key: 'k.pem' },
      httpPort: 65_535,
      httpBind: ['0.0.0.0', '::1'],
      rtpPorts: { from: 2000, to: 2001 },
      demoPassword: 's3same',
      json: true,
      sounds: [],
      drainMs: 0,
    },
  ]);
  assert.equal((await run(['start', '--rtp-ports', '0'])).started[0]?.rtpPorts, undefined);
});

test('all mistakes of a command line are told at once, and nothing starts', async () => {
  const line = [
    'start',
    'now',
    '--bind',
    'localhost',
    '--sip-port',
    '65536',
    '--http-port',
    '-1',
    '--http-bind',
    'anywhere',
    '--rtp-ports',
    '9-8',
  ];
  line.push('--demo-password', 'two words', '--drain', 'soon', '--data', '', '--colour');
  const { code, err, out, started } = await run(line);
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.deepEqual(started, []);
  const told = [
    'now',
    '--bind',
    '--sip-port',
    '--http-port',
    '--http-bind',
    '--rtp-ports',
    '--demo-password',
    '--drain',
    '--data',
  ];
  for (const part of [...told, '--colour']) assert.ok(err.includes(part), `${part} is not in: ${err}`);
  assert.doesNotMatch(err, /two words/);
});

test('a configuration says what the line does not', async () => {
  const file = { sipPort: '5070', httpPort: '0', rtpPorts: '0', drain: '3', bind: ['127.0.0.1'], sipWsPort: 'off' };
  const { started } = await run(['start', '--config', 'x.yaml', '--sip-port', '5080'], undefined, file);
  const [line, both] = started;
  assert.equal(line?.config, 'x.yaml');
  assert.deepEqual(
    [
      both?.config,
      both?.sipPort,
      both?.tlsPort,
      both?.wsPort,
      both?.httpPort,
      both?.rtpPorts,
      both?.drainMs,
      both?.bind,
    ],
    ['x.yaml', 5080, 5081, undefined, 0, undefined, 3000, ['127.0.0.1']],
  );
  const { code, err } = await run(['start', '--config', 'x.yaml', '--demo-password', 'word']);
  assert.equal(code, 2);
  assert.match(err, /--demo-password is for the demo exchange/);
});

test('check is code 0 or 1, and says everything', async () => {
  assert.deepEqual(await run(['check', 'x.yaml']), { code: 0, out: 'x.yaml is good\n', err: '', started: [] });
  const { code, err } = await run(['check', 'bad.yaml']);
  assert.equal(code, 1);
  assert.match(err, /The configuration has mistakes:\nbad\.yaml:3:5: no\.\n.*\(E_CONFIG\)/);
});

test('a range of audio ports needs an even port and the odd one above it', async () => {
  const good = ['2000-2001', '2001-2003', '1-65535', '1999-2001'];
  const bad = ['2001-2002', '2000-2000', '0-9', '5', '1-2-3', '2000-1000', 'a-b', '1-65536', '', '-', '2000-'];
  for (const ports of good) assert.equal((await run(['start', `--rtp-ports=${ports}`])).code, 0, ports);
  for (const ports of bad) assert.equal((await run(['start', `--rtp-ports=${ports}`])).code, 2, ports);
});

test('an error of the start is one sentence, its remedy and code 1', async () => {
  const { code, err } = await run(['start'], () => {
    throw new StrowgerError('E_BIND', { address: '127.0.0.1', port: 5060, protocol: 'udp', why: 'the port is taken' });
  });
  assert.equal(code, 1);
  assert.match(err, /^strowger: Cannot listen on 127\.0\.0\.1 port 5060 \(udp\): the port is taken\.\nStop what uses/);
  assert.doesNotMatch(err, /\.ts:/);
});

test('what is not understood is code 2, help is no mistake', async () => {
  for (const argv of [[], ['fly'], ['hangup'], ['status', '--fast'], ['calls', 'now']]) {
    const { code, err } = await run(argv);
    assert.equal(code, 2, argv.join(' '));
    assert.notEqual(err, '');
  }
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  for (const command of [
    'start',
    'check',
    'status',
    'calls',
    'records',
    'registrations',
    'hangup',
    'originate',
    'transfer',
    'token',
    'version',
  ]) {
    assert.match(help.out, new RegExp(`^  ${command}\\b`, 'm'));
  }
});

test('version needs no exchange', async () => {
  assert.deepEqual(await run(['version']), { code: 0, out: '9.9.9\n', err: '', started: [] });
  assert.equal((await run(['version', '--json'])).out, '{"version":"9.9.9"}\n');
});

test('without an exchange every question is code 3 and one sentence', async () => {
  for (const argv of [['status'], ['calls'], ['registrations'], ['hangup', 'x']]) {
    const { code, err, out } = await run([...argv, '--data', join(home, 'nothing')]);
    assert.equal(code, 3, argv.join(' '));
    assert.equal(out, '');
    assert.match(err, /^strowger: No exchange is running with the data folder .*nothing\.\nStart one/);
  }
});

test('records: the calls that have ended, as people read them', async (t) => {
  const data = await exchange(t);
  assert.match(
    (await run(['records', '--data', data])).out,
    /^ENDED +FROM +DIALED +ANSWERED BY +TALKED +CAUSE\n1 min 0 s ago +Alice 101 +102 +Bob 102 +58 s +200 Normal Clearing\n$/,
  );
  const none = await exchange(t, shown({ records: () => [] }));
  assert.equal((await run(['records', '--data', none])).out, 'No calls yet.\n');
});

test('status, calls and registrations as people read them', async (t) => {
  const data = await exchange(t);
  const status = await run(['status', '--data', data]);
  assert.equal(status.code, 0, status.err);
  assert.match(
    status.out,
    /^Strowger 1\.2\.3 +up 2 min 0 s\nphones +1 registered, 2 accounts\ncalls +1\nopen +leg 1, timer 2\n/,
  );
  const calls = await run(['calls', '--data', data]);
  assert.equal(
    calls.out,
    ['ID      FROM       DIALED  SINCE      LEGS\n', 'c0ffee  Alice 101  800     1 min 0 s  Alice 101 up, held\n'].join(
      '',
    ),
  );
  const registrations = await run(['registrations', '--data', data]);
  assert.equal(
    registrations.out,
    [
      'ACCOUNT  SOURCE              EXPIRES    REACH      PHONE      CONTACT\n',
      '101      udp:192.0.2.7:5060  1 min 0 s  reachable  Phone/1.0  <sip:101@192.0.2.7:5060>\n',
    ].join(''),
  );
});

test('an idle exchange says so', async (t) => {
  const data = await exchange(t, shown({ calls: () => [], registrations: () => [] }));
  assert.equal((await run(['calls', '--data', data])).out, 'No calls in progress.\n');
  assert.equal((await run(['registrations', '--data', data])).out, 'No phones are registered.\n');
});

test('--json gives the API’s answer on one line', async (t) => {
  const data = await exchange(t);
  assert.deepEqual(JSON.parse((await run(['calls', '--json', '--data', data])).out), [call]);
  assert.deepEqual(JSON.parse((await run(['registrations', '--json', '--data', data])).out), [registration]);
  assert.deepEqual(JSON.parse((await run(['status', '--json', '--data', data])).out), shown().status());
});

test('hangup ends the call; one that is not there is code 1', async (t) => {
  const ended: string[] = [];
  const data = await exchange(t, shown({}, ended));
  assert.deepEqual(await run(['hangup', 'c0f', '--data', data]), {
    code: 0,
    out: 'The call has ended.\n',
    err: '',
    started: [],
  });
  assert.deepEqual(ended, ['c0f']);
  const missing = await run(['hangup', 'zzz', '--data', data]);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /There is no call zzz/);
});

test('transfer asks for one; what the exchange says against it is code 1', async (t) => {
  const asked: unknown[] = [];
  const data = await exchange(t, {
    ...shown({}),
    transfer: (id, wish) => (asked.push([id, wish]), wish.to === '9' ? 'no number' : 'asked'),
  });
  const done = { code: 0, out: 'The transfer has begun.\n', err: '', started: [] };
  assert.deepEqual(await run(['transfer', 'c0f', '103', '--data', data]), done);
  assert.deepEqual(await run(['transfer', 'c0f', 'c1', '--join', '--by', '102', '--data', data]), done);
  assert.deepEqual(asked, [
    ['c0f', { to: '103' }],
    ['c0f', { join: 'c1', by: '102' }],
  ]);
  const refused = await run(['transfer', 'c0f', '9', '--data', data]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /Nothing answers to 9/);
});

test('token: made, listed, revoked', async (t) => {
  const data = await exchange(t);
  assert.equal((await run(['token', 'list', '--data', data])).out, 'No tokens.\n');
  const line = [
    'token',
    'create',
    '--scope',
    'read',
    'calls',
    '--name',
    'wallboard',
    '--expires',
    '12h',
    '--data',
    data,
  ];
  const made = await run(line);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^stw_[0-9a-f]{12}_[0-9a-f]{64}\n$/);
  const id = made.out.slice(4, 16);
  const listed = (await run(['token', 'list', '--data', data])).out;
  assert.match(listed, new RegExp(`^ID +NAME +SCOPES +MADE +EXPIRES\\n${id} +wallboard +read calls +`));
  assert.doesNotMatch(listed, new RegExp(made.out.slice(17, 40)));
  assert.equal((await run(['token', 'revoke', id, '--data', data])).code, 0);
  assert.match((await run(['token', 'revoke', id, '--data', data])).err, /There is no token .*\(E_NO_TOKEN\)/);
  assert.equal((await run(['token', 'create', '--data', data])).code, 2);
  assert.equal((await run(['token', 'create', '--scope', 'root', '--data', data])).code, 2);
});

test('originate says what becomes of the call, and its code is 0 when it was answered', async (t) => {
  const placed = placing();
  const data = await exchange(t, placed.view);
  const line = ['originate', '102', '800', '--caller-id', '"Front desk" <0>', '--timeout', '10', '--data', data];
  const running = run(line);
  while (placed.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(placed.asked, [
    { from: '102', to: '800', callerId: { name: 'Front desk', number: '0' }, for: '10s' },
  ]);
  const at = { name: 'Bob', number: '102' };
  placed.become({ state: 'ringing', at });
  placed.become({ state: 'answered', at });
  assert.deepEqual(await running, {
    code: 0,
    out: 'Bob 102 rings. (call new)\nBob 102 has answered. (call new)\n',
    err: '',
    started: [],
  });
});

test('originate: what came to nothing is code 1, what was asked wrongly too', async (t) => {
  const placed = placing();
  const data = await exchange(t, placed.view);
  const running = run(['originate', '102', '103', '--join', '--json', '--data', data]);
  while (placed.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(placed.asked, [{ from: '102', join: '103' }]);
  placed.become({ state: 'ended', outcome: 'busy', status: 486, reasonPhrase: 'Busy Here' });
  const { code, out } = await running;
  assert.equal(code, 1);
  assert.equal((JSON.parse(out) as { placed: { status: number } }).placed.status, 486);
  const wrong = await run(['originate', '102', '800', '--timeout', 'soon', '--data', data]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /for: it is no duration.*\(E_INPUT\)/);
});

test('what a phone calls itself cannot steer the terminal', async (t) => {
  const data = await exchange(
    t,
    shown({ registrations: () => [{ ...registration, userAgent: '\u001b[2J\u009b1m\n' }] }),
  );
  const { out } = await run(['registrations', '--data', data]);
  assert.doesNotMatch(out, /[\u001b\u009b]/);
  assert.equal(out.split('\n').length, 3);
});

test('columns align and durations read well', () => {
  assert.equal(
    columns([
      ['a', 1, 'x'],
      ['bbb', 22, ''],
    ]),
    'a    1   x\nbbb  22\n',
  );
  assert.deepEqual([-5, 59_999, 60_000, 3_599_000, 90_000_000].map(lasting), [
    '0 s',
    '59 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 d 1 h',
  ]);
});
