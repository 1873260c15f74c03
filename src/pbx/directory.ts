import type { Party } from '../call/index.ts';
import type { Account } from './config.ts';
import type { SecretRow } from './store.ts';

/** Hashed secrets of one account, by digest algorithm. */
export interface Secrets {
  readonly MD5: string;
  readonly 'SHA-256': string;
}

/** The exchange's accounts and their secrets, in memory. */
export class Directory {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly #secrets = new Map<string, Secrets>();

  constructor(accounts: readonly Account[]) {
    this.accounts = new Map(accounts.map((account) => [account.number, account]));
  }

  learn(rows: readonly SecretRow[]): void {
    for (const { id, md5, sha256 } of rows) this.#secrets.set(id, { MD5: md5, 'SHA-256': sha256 });
  }

  secretsOf(user: string): Secrets | undefined {
    return this.accounts.has(user) ? this.#secrets.get(user) : undefined;
  }

  /** Who an account is to others. */
  partyOf(number: string): Party | undefined {
    const account = this.accounts.get(number);
    return account === undefined ? undefined : { name: account.name, number: account.number };
  }
}
