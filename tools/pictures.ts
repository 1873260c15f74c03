import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Baresip } from '../test/wire/peers/baresip.ts';
import { Console } from '../test/wire/peers/console.ts';
import { Server } from '../test/wire/peers/server.ts';

/** Makes docs/pictures/ out of a running exchange: `node tools/pictures.ts` (needs baresip, chromium and script). */
const ROOT = join(import.meta.dirname, '..');
const PICTURES = join(ROOT, 'docs', 'pictures');
const LISTEN = ['--sip-port', '5060', '--http-port', '8080'];

async function main(): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'strowger-pictures-'));
  execFileSync(process.execPath, ['tools/build.ts'], { cwd: ROOT });
  try {
    writeFileSync(
      join(PICTURES, 'start.svg'),
      terminal('npm start -- --bind 127.0.0.1', started(join(scratch, 'data'))),
    );
    await console();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The console when it has rung Bob, and Alice and Bob talk. */
async function console(): Promise<void> {
  const server = await Server.start(...LISTEN);
  const alice = await Baresip.start({ number: '101', tone: 620, registrar: server });
  const bob = await Baresip.start({ number: '102', tone: 830, registrar: server });
  const size = { width: 1100, height: 660 } as const;
  const desk = await Console.open(server.link, size);
  try {
    await desk.says('ready', '#phase');
    await desk.page.locator('[name=from]').selectOption('102');
    await desk.page.locator('[name=to]').fill('800');
    await desk.press('Place the call');
    await bob.rings();
    await bob.accept();
    await desk.says('talking 0:03', '#calls');
    await bob.hangup();
    await desk.says('hung up', '.placed');
    await alice.dial('102');
    await bob.rings();
    await bob.accept();
    await alice.established();
    await desk.says(/connected PCMU, MOS/, '#calls');
    await desk.says(/PCMU, MOS/, '#records');
    for (const colorScheme of ['light', 'dark'] as const) {
      await desk.page.emulateMedia({ colorScheme });
      await desk.page.screenshot({ path: join(PICTURES, `console-${colorScheme}.png`) });
    }
  } finally {
    await desk.close();
    await alice.stop();
    await bob.stop();
    await server.stop();
  }
}

/** What a person reads on a terminal when the exchange starts for the first time. */
function started(data: string): string {
  const command = `timeout 15 node bin/strowger.js start --bind 127.0.0.1 ${LISTEN.join(' ')} --data ${data}`;
  const typescript = execFileSync('script', ['-qc', command, '/dev/null'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  return typescript
    .replaceAll('\r', '')
    .replaceAll(/^\{.*\n/gm, '')
    .trimEnd();
}

const LINE = 19;
const COLUMN = 8.43;

function terminal(command: string, text: string): string {
  const lines = text.split('\n');
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * COLUMN) + 48;
  const height = (lines.length + 2) * LINE + 56;
  const rows = [
    `<tspan fill="#5fd38d">$ </tspan><tspan font-weight="700">${escaped(command)}</tspan>`,
    '',
    ...lines.map(escaped),
  ];
  const texts = rows.map((row, at) => (row === '' ? '' : `<text x="24" y="${60 + at * LINE}">${row}</text>\n`));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" `,
    'font-family="ui-monospace, \'DejaVu Sans Mono\', Menlo, Consolas, monospace" font-size="14" fill="#ece7dc">\n',
    `<rect width="${width}" height="${height}" rx="12" fill="#1b1917"/>\n`,
    ...['#e0695f', '#e0b14f', '#5fb870'].map(
      (fill, at) => `<circle cx="${26 + at * 20}" cy="24" r="6" fill="${fill}"/>\n`,
    ),
    ...texts,
    '</svg>\n',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}

await main();
