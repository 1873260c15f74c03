import type { Feedback } from './feedback.ts';
import type { Kind } from './kinds.ts';

/** What one host says to another; plain, but for the octets. */
export type LinkMessage =
  | { readonly say: 'want'; readonly session: string; readonly on: boolean }
  /** A packet of a leg that the other host wants. */
  | {
      readonly say: 'packet';
      readonly session: string;
      readonly kind: Kind;
      readonly bytes: Uint8Array;
    }
  /** The same of a stream that is passed on as it is. */
  | { readonly say: 'passing'; readonly session: string; readonly format: string; readonly bytes: Uint8Array }
  /** What those who see a session here say about it. */
  | { readonly say: 'feedback'; readonly session: string; readonly feedback: readonly Feedback[] };

/** Carries messages to one other host, in order; never answered before it returns. */
export type Say = (message: LinkMessage) => void;

/** Legs of one host that are heard in another: a host asks all others for the sessions that it does not have. */
export class Abroad {
  readonly #links = new Map<number, Say>();
  readonly #wanted = new Set<string>();
  /** By session: the hosts that hear it. */
  readonly #listeners = new Map<string, Set<number>>();

  /** A way to the host of this number; it replaces the way to one that died, whose wishes are forgotten. */
  link(peer: number, say: Say): void {
    for (const session of this.#listeners.keys()) this.listen(peer, session, false);
    this.#links.set(peer, say);
    for (const session of this.#wanted) say({ say: 'want', session, on: true });
  }

  /** Somebody here hears a session that is not ours, or nobody any more. */
  want(session: string, on: boolean): void {
    if (this.#wanted.has(session) === on) return;
    if (on) this.#wanted.add(session);
    else this.#wanted.delete(session);
    for (const say of this.#links.values()) say({ say: 'want', session, on });
  }

  /** Another host hears this session, or no longer does; whether it is ours only its packets will tell. */
  listen(peer: number, session: string, on: boolean): void {
    const peers = this.#listeners.get(session) ?? new Set();
    if (on) peers.add(peer);
    else peers.delete(peer);
    if (peers.size > 0) this.#listeners.set(session, peers);
    else this.#listeners.delete(session);
  }

  /** Sends a copy of a packet wherever this session is heard. */
  carry(session: string, bytes: Uint8Array, kind: Kind): void {
    if (this.#listeners.size === 0) return;
    const peers = this.#listeners.get(session);
    if (peers === undefined) return;
    for (const peer of peers) this.#links.get(peer)?.({ say: 'packet', session, kind, bytes: bytes.slice() });
  }

  /** The same of a stream that is passed on as it is. */
  carryOn(session: string, bytes: Uint8Array, format: string): void {
    if (this.#listeners.size === 0) return;
    for (const peer of this.#listeners.get(session) ?? [])
      this.#links.get(peer)?.({ say: 'passing', session, format, bytes: bytes.slice() });
  }

  /** Tells the host of a session, whichever it is, what those who see it here say. */
  report(session: string, feedback: readonly Feedback[]): void {
    for (const say of this.#links.values()) say({ say: 'feedback', session, feedback });
  }
}
