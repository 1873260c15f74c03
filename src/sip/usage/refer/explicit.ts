import type { Kernel } from '../../../kernel/index.ts';
import { parseUri, printUri, type Request } from '../../message/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { answersSecurely, firstWord, names } from '../fields.ts';
import { acceptSubscription } from '../subscribe/accept.ts';
import { LASTING } from './lasting.ts';
import { type Referral, Reports, sipfrag } from './referral.ts';

/** The user part of the addresses that are subscribed to; the rest of it cannot be guessed (RFC 7614 §8). */
const PREFIX = 'refer.';
/** 2*64*T1: how long the final status is kept for who comes late (RFC 7614 §4.7). */
const RETAINED = 64_000;
/** And no more than so many of them, whoever sends REFERs faster than any user does. */
const MOST_RETAINED = 10_000;
/** Who knows the address needs no password: so many may watch one REFER. */
const MOST_WATCHERS = 16;
const TRYING = sipfrag(100, 'Trying');

/** What becomes of a REFER that is subscribed to by itself, by anybody who knows its address (RFC 7614 §4.5). */
export class ReferState implements Referral {
  readonly #watchers = new Set<Reports>();
  #last = TRYING;
  #final = false;

  report(status: number, reasonPhrase: string, told?: () => void): void {
    if (!this.#final && status > 100) {
      this.#final = status >= 200;
      this.#last = sipfrag(status, reasonPhrase);
      for (const watcher of this.#watchers) watcher.report(status, reasonPhrase);
    }
    // Those who watch have dialogs of their own, which no end of the referrer's touches.
    told?.();
  }

  watch(core: Core, transaction: ServerTransaction): void {
    if (this.#watchers.size >= MOST_WATCHERS) return answer(core, transaction, 403, { toTag: core.kernel.token() });
    const watcher = new Reports(this.#last, this.#final, () => void this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    if (acceptSubscription(core, transaction, LASTING, watcher) === undefined) this.#watchers.delete(watcher);
  }
}

/** The states that may be subscribed to, by the user parts of their addresses. */
export class ReferStates {
  readonly #kernel: Kernel;
  readonly #pending = new Map<string, ReferState>();
  /** Those that are final, in the order in which they became so. */
  readonly #final = new Map<string, { readonly state: ReferState; readonly at: number }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A new one, and the user part of its address. */
  open(): { readonly user: string; readonly state: Referral } {
    const user = PREFIX + this.#kernel.token(16);
    const state = new ReferState();
    this.#pending.set(user, state);
    const report: Referral['report'] = (status, ...news) => {
      if (status >= 200) this.#finish(user, state);
      state.report(status, ...news);
    };
    return { user, state: { report } };
  }

  of(user: string): ReferState | undefined {
    this.#prune();
    return this.#pending.get(user) ?? this.#final.get(user)?.state;
  }

  #finish(user: string, state: ReferState): void {
    if (!this.#pending.delete(user)) return;
    this.#final.set(user, { state, at: this.#kernel.now() });
    this.#prune();
  }

  #prune(): void {
    const since = this.#kernel.now() - RETAINED;
    for (const [user, { at }] of this.#final) {
      if (at >= since && this.#final.size <= MOST_RETAINED) return;
      this.#final.delete(user);
    }
  }
}

/** RFC 7614 §4.3: 200 with the address, no dialog and no subscription. */
export function acceptExplicit(
  core: Core,
  transaction: ServerTransaction,
  toTag: { readonly toTag?: string },
): Referral {
  const { request, flow } = transaction;
  const { user, state } = core.refers.open();
  const contact = core.options.contact(flow, answersSecurely(request));
  const uri = parseUri(contact);
  const at = uri === undefined ? contact : printUri({ ...uri, user });
  answer(core, transaction, 200, { ...toTag, headers: [['Refer-Events-At', `<${at}>`]] });
  return state;
}

/** A SUBSCRIBE to the state of a REFER; false: it is to something else. An address that is no more is 404. */
export function subscribedToRefer(core: Core, transaction: ServerTransaction): boolean {
  const { method, uri, headers } = transaction.request;
  if (method !== 'SUBSCRIBE' || firstWord(headers.get('Event')) !== 'refer' || !uri.user.startsWith(PREFIX))
    return false;
  const state = core.refers.of(uri.user);
  if (state === undefined) answer(core, transaction, 404, { toTag: core.kernel.token() });
  else state.watch(core, transaction);
  return true;
}

/** Which of the two extensions a REFER asks for (RFC 7614 §6): what is told elsewhere, or to nobody. */
export function extensionOf(request: Request): 'explicitsub' | 'nosub' | undefined {
  if (names(request, 'Require', 'explicitsub')) return 'explicitsub';
  return names(request, 'Require', 'nosub') ? 'nosub' : undefined;
}
