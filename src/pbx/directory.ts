import type { Party } from '../call/index.ts';
import type { Algorithm, Secrets } from '../sip/auth/index.ts';
import type { Account, ExchangeConfig } from './config.ts';
import { comesFrom } from './source.ts';
import type { SecretRow } from './store.ts';

/** The exchange's accounts and their secrets, in memory. */
export class Directory {
  readonly #stored = new Map<string, Secrets>();
  #accounts: ReadonlyMap<string, Account> = new Map();
  #algorithms: readonly Algorithm[] = [];

  constructor(config: Pick<ExchangeConfig, 'accounts' | 'algorithms'>) {
    this.replace(config);
  }

  /** The configuration was read again. */
  replace({ accounts, algorithms }: Pick<ExchangeConfig, 'accounts' | 'algorithms'>): void {
    this.#accounts = new Map(accounts.map((account) => [account.number, account]));
    this.#algorithms = algorithms;
  }

  get accounts(): ReadonlyMap<string, Account> {
    return this.#accounts;
  }

  learn(rows: readonly SecretRow[]): void {
    for (const { id, md5, sha256 } of rows) this.#stored.set(id, { MD5: md5, 'SHA-256': sha256 });
  }

  /** HA1s for the algorithms the account is offered: an answer by a weaker one is no answer. */
  secretsOf(user: string): Secrets | undefined {
    const account = this.#accounts.get(user);
    const secrets = account === undefined ? undefined : (account.secrets ?? this.#stored.get(user));
    if (secrets === undefined) return undefined;
    return Object.fromEntries(this.algorithmsOf(user).map((algorithm) => [algorithm, secrets[algorithm]]));
  }

  /** What is offered to whoever names that user; one that does not exist is offered what most are. */
  algorithmsOf(user: string): readonly Algorithm[] {
    return this.#accounts.get(user)?.algorithms ?? this.#algorithms;
  }

  /** Whether what that account sends from there needs no digest. */
  trusts(user: string, address: string): boolean {
    const addresses = this.#accounts.get(user)?.addresses;
    return addresses !== undefined && comesFrom(addresses, address);
  }

  /** Who an account is to others. */
  partyOf(number: string): Party | undefined {
    const account = this.#accounts.get(number);
    return account === undefined ? undefined : { name: account.name, number: account.number };
  }

  /** Who an account is to those it calls. */
  callerOf(number: string): Party | undefined {
    return this.#accounts.get(number)?.callerId ?? this.partyOf(number);
  }
}
