/** What bench/transfer.ts drives: who calls, who transfers, and who is called then. */
import { defineConfig } from 'strowger';

const LOOPBACK = ['127.0.0.1'];
const contactOf = (name: string): string[] => [
  `sip:${name}@127.0.0.1:${process.env[`STROWGER_BENCH_${name.toUpperCase()}`] ?? 5170}`,
];

export default defineConfig({
  listen: { addresses: LOOPBACK },
  log: 'warn',
  // Its calls carry no audio.
  mediaTimeout: '0s',
  endpoints: {
    caller: { addresses: LOOPBACK },
    transferor: { addresses: LOOPBACK, contacts: contactOf('transferor') },
    target: { addresses: LOOPBACK, contacts: contactOf('target') },
  },
});
