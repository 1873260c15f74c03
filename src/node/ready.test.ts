import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReadyInfo, readyLine, readyText } from './ready.ts';

const info: ReadyInfo = {
  sip: { udp: ['127.0.0.1:5060', '192.168.1.20:5060'] },
  http: 'http://127.0.0.1:8080',
  data: './data',
  accounts: [
    { number: '101', name: 'Alice' },
    { number: '102', name: 'Bob' },
  ],
  numbers: [{ number: '800', what: 'weasels' }],
};

test('the line for programs is one line of JSON that says where the exchange is', () => {
  const line = readyLine(info);
  assert.equal(line.indexOf('\n'), line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    ready: true,
    sip: { udp: ['127.0.0.1:5060', '192.168.1.20:5060'] },
    http: 'http://127.0.0.1:8080',
    data: './data',
  });
});

test('people read where to point a phone, what to dial and where the page is', () => {
  const text = readyText(info);
  for (const part of ['192.168.1.20:5060', '800', 'weasels', 'http://127.0.0.1:8080', '101', 'Bob']) {
    assert.ok(text.includes(part), part);
  }
  assert.doesNotMatch(text, /127\.0\.0\.1:5060|PASSWORD/);
});

test('the link to the console is always shown to people, and to programs when it was made just now', () => {
  const link = 'http://127.0.0.1:8080/#token=stw_1';
  for (const made of [true, false]) {
    const own = { ...info, console: { link, made } };
    assert.ok(readyText(own).includes(link));
    assert.equal(JSON.parse(readyLine(own)).console, made ? link : undefined);
  }
  assert.match(readyText(info), /http:\/\/127\.0\.0\.1:8080\n.*strowger token create/);
});

test('passwords are shown when they were made just now, and only those', () => {
  const fresh = {
    ...info,
    accounts: [{ number: '101', name: 'Alice', password: 'sesame' }, ...info.accounts.slice(1)],
  };
  assert.match(readyText(fresh), /101 +Alice +sesame\n +102 +Bob +\(as before\)/);
  assert.deepEqual(JSON.parse(readyLine(fresh)).accounts, [{ number: '101', name: 'Alice', password: 'sesame' }]);
});

test('an exchange on loopback alone says that other machines cannot reach it', () => {
  const text = readyText({ ...info, sip: { udp: ['127.0.0.1:5062', '[::1]:5062'] } });
  assert.match(text, /127\.0\.0\.1:5062/);
  assert.match(text, /Only phones on this machine/);
});

test('a configured exchange names its file, and no numbers where it has none', () => {
  const text = readyText({ ...info, accounts: [], numbers: [], configuration: './strowger.yaml' });
  assert.match(text, /Configuration\n {2}\.\/strowger\.yaml/);
  assert.doesNotMatch(text, /Passwords|Accounts|Numbers to dial/);
});
