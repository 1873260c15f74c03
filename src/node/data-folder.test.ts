import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { controlSocket, prepareDataFolder } from './data-folder.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-folder-'));
after(() => rmSync(home, { recursive: true }));

test('the folder is made, parents too, for its owner alone', () => {
  const folder = join(home, 'a', 'b');
  prepareDataFolder(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  prepareDataFolder(folder);
});

test('what cannot be a folder is E_DATA_FOLDER', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'below')]) {
    assert.throws(() => prepareDataFolder(folder), { code: 'E_DATA_FOLDER', message: /file/ });
  }
});

test('the socket is the same however the folder is written', () => {
  const written = ['./data', 'data', 'data/', join(process.cwd(), 'data')].map(controlSocket);
  assert.deepEqual(new Set(written), new Set([join('data', 'control.sock')]));
  assert.equal(controlSocket('/x'), '/x/control.sock');
});
