import { fromLatin1, hex, type Kernel } from '../kernel/index.ts';
import type { Committed, Store, TokenRow } from './store.ts';

/** What a token lets one do: see, place and end calls, or everything. */
export const SCOPES = ['read', 'calls', 'admin'] as const;
export type ApiScope = (typeof SCOPES)[number];

/** A key to the API as it may be shown. Wall milliseconds. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly createdAt: number;
  /** Left out: never. */
  readonly expiresAt?: number;
}

/** One that was made just now: `token` is shown this once. */
export interface NewToken extends TokenView {
  readonly token: string;
}

const PREFIX = 'stw';
const ID_OCTETS = 6;
/** 256 bits: nobody guesses it, so its plain hash keeps it. */
const SECRET_OCTETS = 32;
const SHAPE = new RegExp(`^${PREFIX}_([0-9a-f]{${2 * ID_OCTETS}})_([0-9a-f]{${2 * SECRET_OCTETS}})$`);

/** The keys to the API: in the Store for good, in memory for each request. */
export class Tokens {
  readonly #kernel: Kernel;
  readonly #store: Store;
  readonly #rows = new Map<string, TokenRow>();

  constructor(kernel: Kernel, store: Store) {
    this.#kernel = kernel;
    this.#store = store;
  }

  restore(rows: readonly TokenRow[]): void {
    for (const row of rows) this.#rows.set(row.id, row);
  }

  list(): readonly TokenView[] {
    return [...this.#rows.values()].map(viewOf);
  }

  /** Answers when it is on disk, so that no token is shown that a crash would take back. */
  create(
    asked: { readonly name: string; readonly scopes: readonly ApiScope[]; readonly lasts: number | undefined },
    then: (made: { readonly ok: true; readonly token: NewToken } | (Committed & { readonly ok: false })) => void,
  ): void {
    const id = this.#kernel.token(ID_OCTETS);
    const secret = this.#kernel.token(SECRET_OCTETS);
    const createdAt = this.#kernel.wall();
    const row: TokenRow = {
      id,
      hash: hex(this.#hash(secret)),
      name: asked.name,
      scopes: asked.scopes.join(' '),
      createdAt,
      expiresAt: asked.lasts === undefined ? 0 : createdAt + asked.lasts,
    };
    this.#store.commit([{ put: 'token', row }], (result) => {
      if (!result.ok) return then(result);
      this.#rows.set(id, row);
      then({ ok: true, token: { ...viewOf(row), token: `${PREFIX}_${id}_${secret}` } });
    });
  }

  /** It opens nothing from this moment; answers when it is off the disk. False: there is none. */
  revoke(id: string, then: (result: Committed) => void): boolean {
    if (!this.#rows.delete(id)) return false;
    this.#store.commit([{ remove: 'token', id }], then);
    return true;
  }

  /** Whose token that is; undefined: nobody's, or its time is over. */
  verify(token: string): TokenView | undefined {
    const [, id = '', secret = ''] = SHAPE.exec(token) ?? [];
    const row = this.#rows.get(id);
    if (row === undefined || !this.#kernel.crypto.equal(fromHex(row.hash), this.#hash(secret))) return undefined;
    return row.expiresAt !== 0 && row.expiresAt <= this.#kernel.wall() ? undefined : viewOf(row);
  }

  #hash(secret: string): Uint8Array {
    return this.#kernel.crypto.hash('sha256', fromLatin1(secret));
  }
}

function viewOf({ id, name, scopes, createdAt, expiresAt }: TokenRow): TokenView {
  const known = scopes.split(' ').filter((scope): scope is ApiScope => (SCOPES as readonly string[]).includes(scope));
  return { id, name, scopes: known, createdAt, ...(expiresAt === 0 ? {} : { expiresAt }) };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
