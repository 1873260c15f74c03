/**
 * What the load generators expect of a server: a caller who needs no password, two answerers at fixed addresses, numbers
 * that answer and echo, and ten thousand users who must say theirs. `strowger start --config bench/strowger.config.ts`
 */
import { defineConfig } from 'strowger';

const USERS = 10_000;
const LOOPBACK = ['127.0.0.1'];

const users = Array.from(
  { length: USERS },
  (_, at) => [`u${String(at).padStart(5, '0')}`, { secret: 'secret' }] as const,
);

export default defineConfig({
  listen: { addresses: LOOPBACK },
  log: 'warn',
  // Its calls carry no audio.
  mediaTimeout: '0s',
  // SIPp knows no other.
  algorithms: ['MD5'],
  endpoints: {
    sippuac: { addresses: LOOPBACK },
    uas: { addresses: LOOPBACK, contacts: ['sip:uas@127.0.0.1:5170'] },
    media: { addresses: LOOPBACK, contacts: ['sip:uasm@127.0.0.1:5171'] },
    ...Object.fromEntries(users),
  },
  extensions: { echo: { echo: true } },
  conference: { conf: { announce: false } },
  dialplan: (d) =>
    d.on('answer', async (call) => {
      await call.answer();
      await call.wait('1h');
    }),
});
