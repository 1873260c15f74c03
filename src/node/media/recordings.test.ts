import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseWav, wavHeader } from '../../codec/index.ts';
import type { RecordingFile } from '../../media/ports.ts';
import { createRecordingFiles, mendRecordings } from './recordings.ts';

const folder = mkdtempSync(join(tmpdir(), 'strowger-recordings-'));
after(() => rmSync(folder, { recursive: true }));

function create(name: string, at = folder): Promise<RecordingFile | string> {
  return new Promise((resolve) => {
    createRecordingFiles(at).create(name, (file, why = '') => resolve(file ?? why));
  });
}

const close = (file: RecordingFile): Promise<string | undefined> => new Promise((resolve) => file.close(resolve));
const second = new Uint8Array(16_000).fill(7);

test('a recording is written in order, header first, and is whole when it is closed', async () => {
  const file = await create('recordings/a/b');
  assert.ok(typeof file !== 'string');
  file.append(second);
  file.head(wavHeader('PCM16', 8000, second.length));
  file.append(second);
  file.head(wavHeader('PCM16', 8000, second.length * 2));
  assert.equal(await close(file), undefined);
  const bytes = readFileSync(join(folder, 'recordings', 'a', 'b.wav'));
  const wav = parseWav(bytes);
  assert.ok('samples' in wav);
  assert.equal(wav.samples.length, 16_000);
  assert.ok(wav.samples.every((sample) => sample === 0x0707));
});

test('nothing is written outside the folder, nor where there can be no file; both say why', async () => {
  for (const name of ['../outside', '/outside']) assert.equal(await create(name), `no name: ${name}`);
  writeFileSync(join(folder, 'plain'), '');
  assert.equal(await create('recordings/x', join(folder, 'plain')), 'part of the path is no folder');
});

test('what a crash cut short is readable, and its sizes are put right at the next start', async () => {
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  const cut = join(folder, 'recordings', 'cut.wav');
  const odd = new Uint8Array(1601).fill(1);
  writeFileSync(cut, Buffer.concat([wavHeader('PCM16', 8000, 16_000, 2), second, odd]));
  writeFileSync(join(folder, 'recordings', 'other.wav'), 'no sound');
  assert.equal(await mendRecordings(join(folder, 'recordings')), 1);
  const bytes = readFileSync(cut);
  assert.equal(bytes.readUInt32LE(40), 17_600);
  assert.equal(bytes.readUInt32LE(4), 17_600 + 36);
  assert.equal(await mendRecordings(join(folder, 'recordings')), 0);
  assert.equal(readFileSync(join(folder, 'recordings', 'other.wav'), 'utf8'), 'no sound');
  assert.equal(await mendRecordings(join(folder, 'none')), 0);
});
