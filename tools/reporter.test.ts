import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import reporter from './reporter.ts';

async function report(...events: readonly unknown[]): Promise<string> {
  async function* feed(): AsyncGenerator<TestEvent> {
    for (const event of events) yield event as TestEvent;
  }
  let text = '';
  for await (const part of reporter(feed())) text += part;
  return text;
}

const place = { nesting: 0, testNumber: 1, file: '/a/x.test.ts', line: 7, column: 1 };

test('failures show name, place and message; passes show nothing', async () => {
  const error = Object.assign(new Error('wrapped'), { cause: new Error('no tone\n  seconds alice') });
  const text = await report(
    { type: 'test:pass', data: { name: 'fine', ...place, details: {} } },
    { type: 'test:fail', data: { name: 'deaf', ...place, details: { error } } },
  );
  assert.match(text, /^\n✗ deaf \(\/a\/x\.test\.ts:7\)\n  no tone\n    seconds alice\n/);
  assert.ok(!text.includes('fine'));
});

test('a suite that failed because of its tests is not shown again', async () => {
  const error = Object.assign(new Error('1 subtest failed'), { failureType: 'subtestsFailed' });
  const text = await report({
    type: 'test:fail',
    data: { name: 'suite', ...place, details: { type: 'suite', error } },
  });
  assert.ok(!text.includes('suite'));
});

test('counts: what was cancelled has failed, what is todo was skipped and is named', async () => {
  const counts = { tests: 10, passed: 5, cancelled: 1, skipped: 1, todo: 1, suites: 2, topLevel: 3 };
  const text = await report(
    { type: 'test:pass', data: { name: 'later', ...place, todo: true, details: {} } },
    { type: 'test:summary', data: { file: '/a/x.test.ts', counts: { ...counts, passed: 0 } } },
    { type: 'test:summary', data: { file: undefined, counts } },
  );
  assert.match(text, /- skipped: later/);
  assert.ok(text.endsWith('\ncounts {"passed":5,"failed":3,"skipped":2}\n'));
});
