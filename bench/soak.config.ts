/** What bench/soak.ts drives: users who register for seconds, and an answerer at a port of its own. Timers are short, to end soon. */
import { defineConfig } from 'strowger';

const LOOPBACK = ['127.0.0.1'];
const USERS = Number(process.env['STROWGER_SOAK_USERS'] ?? 1000);
const users = Array.from({ length: USERS }, (_, at) => [`u${at}`, { secret: 'secret' }] as const);

export default defineConfig({
  listen: { addresses: LOOPBACK },
  log: 'warn',
  // Its calls carry no audio.
  mediaTimeout: '0s',
  algorithms: ['MD5'],
  registration: { floor: '5s' },
  timers: { T1: '100ms' },
  endpoints: {
    caller: { addresses: LOOPBACK },
    answerer: {
      addresses: LOOPBACK,
      contacts: [`sip:answerer@127.0.0.1:${process.env['STROWGER_SOAK_PORT'] ?? 5170}`],
    },
    ...Object.fromEntries(users),
  },
});
