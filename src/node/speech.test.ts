import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSpeech } from './speech.ts';

const data = mkdtempSync(join(tmpdir(), 'strowger-speech-'));
after(() => rmSync(data, { recursive: true }));

/** Says what it was told into the file it was told, and counts. */
const program = join(data, 'speaker');
writeFileSync(program, `#!/bin/sh\nfor last; do :; done\ncat > "$last"\necho x >> ${join(data, 'count')}\n`);
chmodSync(program, 0o700);

function speak(text: string, by = program): Promise<object> {
  return new Promise((resolve) => createSpeech({ data, program: by }).speak(text, resolve));
}

test('a text is spoken once and kept by its hash; what it says is never an option', async () => {
  const first = await speak('-v evil');
  assert.ok('file' in first && typeof first.file === 'string');
  assert.equal(readFileSync(join(data, `${first.file}.wav`), 'utf8'), '-v evil');
  assert.deepEqual(await speak('-v evil'), first);
  const other = await speak('hello');
  assert.notDeepEqual(other, first);
  assert.equal(readFileSync(join(data, 'count'), 'utf8'), 'x\nx\n');
});

test('who speaks one text twice at a time runs one program', async () => {
  const speech = createSpeech({ data, program });
  const both = await Promise.all(
    ['again', 'again'].map((text) => new Promise((resolve) => speech.speak(text, resolve))),
  );
  assert.deepEqual(both[0], both[1]);
  assert.equal(readFileSync(join(data, 'count'), 'utf8').length, 'x\nx\nx\n'.length);
});

test('without the program, or when it fails, it says why, and leaves nothing behind', async () => {
  assert.deepEqual(await speak('nobody', join(data, 'absent')), {
    why: `${join(data, 'absent')} is not installed, or the data folder is gone`,
  });
  assert.ok('why' in (await speak('broken', '/bin/false')));
  assert.equal(readdirSync(join(data, 'said')).filter((name) => !name.endsWith('.wav')).length, 0);
});
