import type { Account, Call, CallRecord, Key, Overview, Status } from '../src/api/contract.ts';
import { ask, Refused } from './client.ts';
import { follow } from './follow.ts';
import { forget, keep, keptToken } from './key.ts';
import { after, type Live, type LiveCall, type Message, NOTHING } from './live.ts';
import { newsOf } from './news.ts';
import { further, lost, type Watched, watched } from './placed.ts';
import { soon } from './soon.ts';

/** How the page stands to the exchange. */
export type Link = 'away' | 'connecting' | 'live' | 'lost';

/** What is asked when a call is to be placed. */
export interface Wish {
  readonly from: string;
  readonly to: string;
  readonly autoAnswer: boolean;
}

const AGAIN_MS = [500, 1000, 2000, 4000, 8000] as const;
const LOOK_MS = 2000;
/** After a call has ended its record is there, and a little later how it sounded. */
const RECORDED_MS = [400, 3000, 8000] as const;
const RECORDS = 50;
const MOST_WATCHED = 5;

/** All that the page knows, and all that can be done from it. Pages read it, and draw themselves again when it tells them. */
export class Model {
  link: Link = 'connecting';
  key: Key | undefined;
  /** Why one is to sign in again. */
  complaint = '';
  overview: Overview | undefined;
  status: Status | undefined;
  accounts: readonly Account[] = [];
  records: readonly CallRecord[] = [];
  live: Live = NOTHING;
  /** Calls placed from here, the newest first. */
  placed: readonly Watched[] = [];
  /** What happened last, to be said aloud. */
  news = '';
  readonly #draw: () => void;
  readonly #recordsSoon = soon(RECORDED_MS, () => {
    if (this.link === 'live') void this.#readRecords().then(this.#draw, () => undefined);
  });
  /** What the stream told of calls that are placed, each with its time: it may be before their ids are known here. */
  readonly #told = new Map<string, (readonly [call: LiveCall, at: number])[]>();
  #token: string | undefined;
  #at: string | undefined;
  #close: (() => void) | undefined;
  #tries = 0;
  #timer: number | undefined;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Begins: with the token that this tab has, or with what everyone may see. */
  start(): void {
    this.#token = keptToken();
    window.addEventListener('hashchange', () => this.#linked());
    document.addEventListener('visibilitychange', () => void this.#look(false));
    void this.#look(true);
    void this.#enter();
  }

  get signedIn(): boolean {
    return this.key !== undefined;
  }

  /** Why buttons that change something are off; '' when they are not. */
  get mayNot(): string {
    if (this.key === undefined) return 'Sign in to do this.';
    const { scopes } = this.key;
    return scopes.includes('calls') || scopes.includes('admin')
      ? ''
      : 'This token may only look: it lacks the scope calls.';
  }

  async signIn(token: string): Promise<void> {
    this.#leave('');
    this.#token = token;
    this.link = 'connecting';
    await this.#enter();
  }

  signOut(): void {
    this.#leave('');
  }

  /** Asks the API in this token's name. Rejects with what it said. */
  async do<T = unknown>(path: string, method: 'POST' | 'DELETE', body?: unknown): Promise<T> {
    try {
      return await ask<T>(this.#token, path, method, body);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.#leave(error.message);
      throw error;
    }
  }

  async place({ from, to, autoAnswer }: Wish): Promise<void> {
    const joins = this.accounts.some(({ number }) => number === to);
    const body = { from, ...(joins ? { join: to } : { to }), ...(autoAnswer && { autoAnswer }) };
    const call = await this.do<Call>('/api/calls', 'POST', body);
    const told = this.#told.get(call.id) ?? [];
    const begun = watched(call, Date.now());
    const known = told.reduce((one, [now, at]) => further(one, now, at), begun);
    this.placed = [known, ...this.placed].slice(0, MOST_WATCHED);
    this.#draw();
    // It may have ended before its id was known here.
    await this.#catchUp(call.id);
  }

  /** Another link was followed in this tab. */
  #linked(): void {
    if (!location.hash.startsWith('#token=')) return;
    const token = keptToken();
    if (token !== undefined) void this.signIn(token);
  }

  /** In, when the token is good: what there is, and from then on what changes. */
  async #enter(): Promise<void> {
    const token = this.#token;
    if (token === undefined) return this.#show('away');
    try {
      const key = await ask<Key>(token, '/api/token');
      if (token !== this.#token) return;
      if (!key.scopes.some((scope) => scope !== 'calls'))
        return this.#leave('The console needs a token with the scope read.');
      keep(token);
      this.key = key;
      this.complaint = '';
      this.#open(token);
      await this.#read();
    } catch (error) {
      if (token !== this.#token) return;
      if (error instanceof Refused && error.status < 500) return this.#leave(error.message);
      this.#retry();
    }
    this.#draw();
  }

  #open(token: string): void {
    this.#close?.();
    this.#close = follow(token, this.#at, {
      opened: () => {
        this.#tries = 0;
        this.#show('live');
      },
      heard: (message) => this.#hear(message),
      closed: (good) => {
        this.#close = undefined;
        if (good) this.#retry();
        else this.#leave('The token was revoked, or its time is over.');
      },
    });
  }

  /** The exchange is away: knocks again, ever more slowly. */
  #retry(): void {
    this.#close?.();
    this.#close = undefined;
    window.clearTimeout(this.#timer);
    const wait = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)];
    this.#tries += 1;
    this.#timer = window.setTimeout(() => void this.#enter(), wait);
    this.#show('lost');
  }

  #leave(complaint: string): void {
    this.#close?.();
    this.#close = undefined;
    window.clearTimeout(this.#timer);
    forget();
    this.#token = undefined;
    this.#at = undefined;
    this.key = undefined;
    this.complaint = complaint;
    this.live = NOTHING;
    this.records = [];
    this.placed = [];
    this.news = '';
    this.#told.clear();
    this.#show('away');
  }

  #show(link: Link): void {
    this.link = link;
    this.#draw();
  }

  #hear(message: Message): void {
    const news = newsOf(this.live, message);
    if (news !== '') this.news = news;
    if (message.type === 'snapshot') this.#told.clear();
    if (message.type === 'change' && message.topic === 'calls') {
      const { key, value } = message;
      if (value === null) this.#recordsSoon();
      this.#follow(key, value);
    }
    this.live = after(this.live, message);
    this.#at = message.at;
    this.#draw();
  }

  #follow(id: string, call: LiveCall | null): void {
    if (call === null) return void this.#told.delete(id);
    if (call.placed === undefined) return;
    this.#told.set(id, [...(this.#told.get(id) ?? []), [call, Date.now()]]);
    this.#goOn(id, call);
  }

  #goOn(id: string, call: Pick<Call, 'placed'>): void {
    this.placed = this.placed.map((one) => (one.id === id ? further(one, call, Date.now()) : one));
  }

  /** How a call stands that was placed from here; one that nobody knows any more is gone. */
  async #catchUp(id: string): Promise<void> {
    try {
      this.#goOn(id, await ask<Call>(this.#token, `/api/calls/${id}`));
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) return;
      this.placed = this.placed.map((one) => (one.id === id ? lost(one, Date.now()) : one));
    }
    this.#draw();
  }

  /** What the stream does not tell. */
  async #read(): Promise<void> {
    const [accounts, status] = await Promise.all([
      ask<readonly Account[]>(this.#token, '/api/accounts'),
      ask<Status>(this.#token, '/api/status'),
      this.#readRecords(),
      ...this.placed.filter(({ state }) => state !== 'ended').map(({ id }) => this.#catchUp(id)),
    ]);
    this.accounts = accounts;
    this.status = status;
  }

  async #readRecords(): Promise<void> {
    this.records = await ask<readonly CallRecord[]>(this.#token, `/api/cdr?limit=${RECORDS}`);
  }

  /** Looks at the overview, again and again; what does not answer any more is lost, however open its stream seems. */
  async #look(again: boolean): Promise<void> {
    if (!document.hidden) await this.#glance();
    if (again) window.setTimeout(() => void this.#look(true), LOOK_MS);
  }

  async #glance(): Promise<void> {
    try {
      this.overview = await ask<Overview>(this.#token, '/status.json');
      if (this.link === 'lost' && !this.signedIn) this.link = 'away';
    } catch (error) {
      if (error instanceof Refused && error.status === 401 && this.signedIn) return this.#leave(error.message);
      if (error instanceof Refused) this.overview = undefined;
      else if (this.link === 'live') this.#retry();
      else if (this.link === 'away') this.link = 'lost';
    }
    this.#draw();
  }
}
