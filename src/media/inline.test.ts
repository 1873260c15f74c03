import assert from 'node:assert/strict';
import { contractSounds, type MediaBench, mediaEngineContract } from './engine.contract.ts';
import { createInlineEngine } from './inline.ts';
import type { SoundFiles } from './ports.ts';
import { createVirtual } from './virtual.test.ts';

const HOST = '192.0.2.1';
const PHONE = '192.0.2.50';

function soundFiles(): SoundFiles {
  const sounds = contractSounds();
  return {
    load: (name, then) => then(sounds.get(name)?.slice()),
    music: (then) => then([...sounds.keys()].filter((name) => name.startsWith('music/'))),
  };
}

async function bench(): Promise<MediaBench> {
  const virtual = createVirtual();
  const { kernel } = virtual;
  const engine = createInlineEngine({
    kernel,
    udp: virtual.udp,
    files: soundFiles(),
    addresses: [HOST],
    ports: undefined,
    poolSize: 4,
  });
  let ready = false;
  engine.ready(() => {
    ready = true;
  });
  virtual.until(() => ready);
  return {
    engine,
    address: HOST,
    step: (act) => kernel.input('test', act),
    phone: () => Promise.resolve(virtual.socket(PHONE)),
    until: (holds) => Promise.resolve().then(() => virtual.until(holds)),
    stop: () => Promise.resolve().then(() => assert.deepEqual(virtual.faults, [])),
  };
}

mediaEngineContract('inline', bench);
