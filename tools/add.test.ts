import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete } from './add.ts';

test('builds for other platforms get entries that npm passes by here', () => {
  const optionalDependencies = {
    '@tool/cli-darwin-arm64': '1.2.3',
    '@tool/cli-linux-x64': '1.2.3',
    '@tool/wasm32-wasi': '1.2.3',
  };
  const here = { version: '1.2.3', cpu: ['x64'], os: ['linux'], optional: true as const };
  const packages = {
    'node_modules/tool': { version: '1.2.3', dev: true, optionalDependencies },
    'node_modules/@tool/cli-linux-x64': here,
  };
  assert.deepEqual(complete(packages), {
    'node_modules/@tool/cli-darwin-arm64': {
      version: '1.2.3',
      cpu: ['arm64'],
      os: ['darwin'],
      dev: true,
      optional: true,
    },
    'node_modules/@tool/cli-linux-x64': here,
    'node_modules/@tool/wasm32-wasi': { version: '1.2.3', cpu: ['wasm32'], dev: true, optional: true },
    'node_modules/tool': packages['node_modules/tool'],
  });
});
