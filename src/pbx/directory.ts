import type { Party } from '../call/index.ts';
import type { Algorithm, Secrets } from '../sip/auth/index.ts';
import type { Request } from '../sip/message/index.ts';
import type { Account, ExchangeConfig } from './config.ts';
import { comesFrom } from './source.ts';
import type { SecretRow } from './store.ts';

type Config = Pick<ExchangeConfig, 'accounts' | 'algorithms' | 'language' | 'timeZone'>;

/** In which language prompts are spoken (BCP 47), and in which time zone times are told (IANA). */
export interface Locale {
  readonly language: string;
  readonly timeZone: string;
}

/** The exchange's accounts and their secrets, in memory. */
export class Directory {
  readonly #stored = new Map<string, Secrets>();
  #accounts: ReadonlyMap<string, Account> = new Map();
  #trunks: readonly Account[] = [];
  #algorithms: readonly Algorithm[] = [];
  #locale: Locale = { language: 'en', timeZone: 'UTC' };
  /** What accounts are offered, each different list once, and the share of the accounts up to it. */
  #offers: readonly { readonly list: readonly Algorithm[]; readonly upTo: number }[] = [];

  constructor(config: Config) {
    this.replace(config);
  }

  /** The configuration was read again. */
  replace({ accounts, algorithms, language = 'en', timeZone = 'UTC' }: Config): void {
    this.#locale = { language, timeZone };
    this.#accounts = new Map(accounts.map((account) => [account.number, account]));
    this.#trunks = accounts.filter(({ trusted, addresses }) => trusted === true && addresses !== undefined);
    this.#algorithms = algorithms;
    this.#offers = sharesOf(accounts.map((account) => account.algorithms ?? algorithms));
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

  /** The algorithms that an account may answer with. */
  algorithmsOf(user: string): readonly Algorithm[] {
    return this.#accounts.get(user)?.algorithms ?? this.#algorithms;
  }

  /**
   * What is offered to whoever names that user. One that does not exist is offered what an account might be: by `chance`, from 0
   * to 1, which is always the same for a name and which nobody outside can work out.
   */
  offerTo(user: string, chance: number): readonly Algorithm[] {
    const decoy = this.#offers.find(({ upTo }) => chance < upTo)?.list ?? this.#algorithms;
    return this.#accounts.has(user) ? this.algorithmsOf(user) : decoy;
  }

  /** Whether what that account sends from there needs no digest. */
  trusts(user: string, address: string): boolean {
    const addresses = this.#accounts.get(user)?.addresses;
    return addresses !== undefined && comesFrom(addresses, address);
  }

  /** The trunk whose requests come from there, whoever it says is calling: a trusted account with that address. */
  trunkAt(address: string): string | undefined {
    return this.#trunks.find(({ addresses = [] }) => comesFrom(addresses, address))?.number;
  }

  /** How the account is met that a request says it comes from, or the trunk that it comes through. */
  natOf({ from }: Request, address: string): Account['nat'] {
    const account = this.#accounts.get(from.uri.user) ?? this.#accounts.get(this.trunkAt(address) ?? '');
    return account?.nat;
  }

  /** Of an account, or of whoever has none. */
  localeOf(number: string | undefined): Locale {
    const { language = this.#locale.language, timeZone = this.#locale.timeZone } =
      this.#accounts.get(number ?? '') ?? {};
    return { language, timeZone };
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

function sharesOf(lists: readonly (readonly Algorithm[])[]): { list: readonly Algorithm[]; upTo: number }[] {
  const counts = new Map<string, { readonly list: readonly Algorithm[]; count: number }>();
  for (const list of lists) {
    const name = list.join(' ');
    counts.set(name, { list, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  let sum = 0;
  // In an order that does not change when accounts come and go.
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { list, count }]) => ({ list, upTo: (sum += count) / lists.length }));
}
