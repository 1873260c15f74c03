import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Settings } from '../../pbx/index.ts';
import { type RawStartOptions, startOptions } from '../cli/start-options.ts';
import { optionsIn } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'strowger-options-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'c.pem'), createHash('md5').digest());

type Written = Settings['written'];

function optionsOf(
  written: Pick<Written, 'listen' | 'rtp' | 'sounds'> & Partial<Written>,
  line: Partial<RawStartOptions>,
) {
  const settings = { written, drainMs: 2500 } as unknown as Settings;
  return startOptions({ data: './data', ...optionsIn(join(folder, 'strowger.yaml'), settings), ...line }, []);
}

test('what a configuration says of sockets and folders is what the line would say; folders are from its own', () => {
  const written = {
    listen: { addresses: ['127.0.0.1', '::1'], sip: 5070, tls: 5099, ws: 'off', wss: 0, http: 8000 },
    rtp: '4000-4999',
    sounds: ['.'],
    tls: { certificate: 'c.pem', key: 'k.pem', verify: true, authorities: [] },
  } as const;
  const options = optionsOf(written, {});
  assert.deepEqual(
    { ...options, data: undefined, config: undefined, json: undefined, demoPassword: undefined },
    {
      data: undefined,
      config: undefined,
      json: undefined,
      demoPassword: undefined,
      bind: ['127.0.0.1', '::1'],
      sipPort: 5070,
      tlsPort: 5099,
      wsPort: undefined,
      wssPort: 0,
      tls: { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') },
      httpPort: 8000,
      httpBind: ['127.0.0.1'],
      rtpPorts: { from: 4000, to: 4999 },
      sounds: [folder],
      drainMs: 3000,
    },
  );
});

test('what neither says is as ever, and the line goes first', () => {
  const written = { listen: { addresses: [], sip: 5060, http: 8080 }, rtp: 'any', sounds: [] };
  const options = optionsOf(written, { sipPort: '0', drain: '1' });
  assert.deepEqual([options.bind, options.sipPort, options.tlsPort, options.wsPort], [[], 0, 0, 0]);
  assert.deepEqual([options.rtpPorts, options.drainMs, options.tls], [undefined, 1000, undefined]);
});
