import { type Kernel, fromLatin1, hex } from '../kernel/index.ts';
import type { Store } from './store.ts';

const SETTING = 'gruu-secret';
const OCTETS = 32;

/** The secret that temporary GRUUs are made with: they outlast a restart, as their bindings do. Made at the first start. */
export function keySecret(kernel: Kernel, store: Store, then: (secret: Uint8Array) => void): void {
  store.load('setting', (rows) => {
    const known = rows.find(({ id }) => id === SETTING)?.value;
    if (known !== undefined) return then(fromLatin1(known));
    const value = hex(kernel.crypto.random(OCTETS));
    // One that could not be written down makes GRUUs until the next start.
    store.commit([{ put: 'setting', row: { id: SETTING, value } }], () => then(fromLatin1(value)));
  });
}
