import type { Kernel } from '../kernel/index.ts';
import { ha1 } from '../sip/auth/index.ts';
import type { Account } from './config.ts';
import type { Change, SecretRow, Store } from './store.ts';

export interface SecretPorts {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly realm: string;
}

/** A password that was made just now: only its hashes are kept. */
export interface Made {
  readonly number: string;
  readonly password: string;
}

export type Provided =
  | { readonly ok: true; readonly made: readonly Made[] }
  | { readonly ok: false; readonly why: string };

/** Sees that each account has a secret: makes the missing ones at random, or sets all to one password. */
export function provideSecrets(
  ports: SecretPorts,
  accounts: readonly Account[],
  password: string | undefined,
  then: (provided: Provided) => void,
): void {
  ports.store.load('secret', (rows) => {
    const known = new Set(rows.filter(({ realm }) => realm === ports.realm).map(({ id }) => id));
    const wanting = accounts.filter(({ number }) => password !== undefined || !known.has(number));
    const made = wanting.map(({ number }): Made => ({ number, password: password ?? randomPassword(ports.kernel) }));
    if (made.length === 0) return then({ ok: true, made });
    const changes = made.map((one): Change => ({ put: 'secret', row: secretRow(ports, one) }));
    ports.store.commit(changes, (result) => then(result.ok ? { ok: true, made } : result));
  });
}

function secretRow({ kernel, realm }: SecretPorts, { number, password }: Made): SecretRow {
  const hashed = (algorithm: 'MD5' | 'SHA-256'): string => ha1(kernel.crypto, algorithm, number, realm, password);
  return { id: number, realm, md5: hashed('MD5'), sha256: hashed('SHA-256') };
}

/** Without letters that are mistaken for others when typed into a telephone. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 16;

/** About 79 bits: MD5 digests of it that were overheard are of no use to guess it. */
function randomPassword(kernel: Kernel): string {
  return Array.from({ length: LENGTH }, () => LETTERS.charAt(kernel.random(LETTERS.length))).join('');
}
