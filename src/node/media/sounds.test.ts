import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSoundFiles } from './sounds.ts';

const folder = mkdtempSync(join(tmpdir(), 'strowger-sounds-'));
after(() => rmSync(folder, { recursive: true }));

/** A folder with files that hold their own name. */
function sounds(name: string, ...files: readonly string[]): string {
  for (const file of files) {
    mkdirSync(join(folder, name, file, '..'), { recursive: true });
    writeFileSync(join(folder, name, file), `${name}/${file}`);
  }
  return join(folder, name);
}

const ours = sounds('ours', 'demo/weasels.wav', 'beep.wav', 'goodbye.wav', 'music/b.wav', 'music/a.wav');
const debian = sounds('debian', 'tt-weasels.wav', 'beep.wav', 'digits/1.wav');

function load(folders: readonly string[], name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    createSoundFiles(folders).load(name, (wav) => resolve(wav === undefined ? undefined : String(wav)));
  });
}

test("Debian's prompts take the place of ours where there are such, under their own names", async () => {
  const folders = [debian, ours];
  assert.equal(await load(folders, 'demo/weasels'), 'debian/tt-weasels.wav');
  assert.equal(await load(folders, 'beep'), 'debian/beep.wav');
  assert.equal(await load(folders, 'digits/1'), 'debian/digits/1.wav');
  assert.equal(await load(folders, 'goodbye'), 'ours/goodbye.wav');
  assert.equal(await load([ours], 'demo/weasels'), 'ours/demo/weasels.wav');
});

test('nothing outside the folders is read, and what is missing is undefined', async () => {
  for (const name of ['../ours/beep', '/etc/hostname', 'no\0thing', 'none']) {
    assert.equal(await load([debian], name), undefined, name);
  }
});

/** As somebody who may not read everything: root may. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined || geteuid() !== 0) return act();
  chmodSync(folder, 0o755);
  seteuid(65_534);
  try {
    return await act();
  } finally {
    seteuid(0);
  }
}

test('what is there but may not be read says so; another folder that has it is looked in all the same', async () => {
  const locked = sounds('locked', 'music/a.wav', 'beep.wav');
  mkdirSync(join(locked, 'hello.wav'));
  chmodSync(join(locked, 'music'), 0o000);
  chmodSync(join(locked, 'beep.wav'), 0o000);
  const told = await asNobody(async () => {
    const files = createSoundFiles([locked]);
    const why = (name: string) => new Promise((resolve) => files.load(name, (wav, reason) => resolve([wav, reason])));
    const music = new Promise((resolve) => files.music((names, reason) => resolve([names, reason])));
    const none = new Promise((resolve) => files.music((names, reason) => resolve([names, reason]), 'jazz'));
    return Promise.all([why('beep'), why('hello'), why('none'), music, none, load([locked, ours], 'beep')]);
  });
  chmodSync(join(locked, 'music'), 0o700);
  assert.deepEqual(told, [
    [undefined, 'no right to read'],
    [undefined, 'cannot be read (EISDIR)'],
    [undefined, undefined],
    [[], 'no right to read'],
    [[], undefined],
    'ours/beep.wav',
  ]);
});

test('what is no .wav may be Ogg Opus; where there are both the .wav is heard', async () => {
  const mixed = sounds(
    'opus',
    'beep.opus',
    'menu.ogg',
    'menu.wav',
    'music/b.opus',
    'music/a.ogg',
    'music/a.wav',
    'music/x.mp3',
  );
  assert.equal(await load([mixed], 'beep'), 'opus/beep.opus');
  assert.equal(await load([mixed], 'menu'), 'opus/menu.wav');
  const names = await new Promise((resolve) => createSoundFiles([mixed]).music(resolve));
  assert.deepEqual(names, ['music/a', 'music/b']);
});

test('music is the first folder that has any, by name', async () => {
  const names = await new Promise((resolve) => createSoundFiles([debian, ours]).music(resolve));
  assert.deepEqual(names, ['music/a', 'music/b']);
});
