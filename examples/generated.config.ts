/** A configuration is code: the rooms of a hotel, with their secrets from one file, and a reception they all reach. */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'strowger';

/** `ROOM SECRET` on each line. */
const rooms = readFileSync(new URL('rooms.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

export default defineConfig({
  realm: 'hotel.example',
  listen: { addresses: ['127.0.0.1'] },
  registration: { floor: '1m', ceiling: '1h', usual: '10m' },
  endpoints: {
    reception: { name: 'Reception', secretFile: 'reception.secret', maxContacts: 4 },
    ...Object.fromEntries(
      rooms.map((line) => {
        const [number = '', secret = ''] = line.split(' ');
        return [number, { name: `Room ${number}`, secret, calls: 2 }];
      }),
    ),
  },
  extensions: { 9: { dial: 'reception', for: '1m' }, '*9.': { hangup: 403 } },
});
