import { CAUSES } from './call/index.ts';
import { viewOf } from './exchange-view.ts';
import type { Instructions } from './instructions.ts';
import { type Kernel, StrowgerError } from './kernel/index.ts';
import type { MediaEngine } from './media/engine.ts';
import { Parts } from './parts.ts';
import {
  type ExchangeView,
  keySecret,
  type Mapped,
  type Originated,
  type Origination,
  type PbxEvent,
  type Speech,
  type PlacedView,
  type Store,
} from './pbx/index.ts';
import type { Resolver } from './sip/transport/resolve/resolver.ts';
import type { Hop, Wire, WireListener } from './sip/transport/types.ts';
import type { Trace } from './sip/usage/index.ts';

export type { Instructions } from './instructions.ts';

/** What an exchange is made of; the same live and in the simulated world. */
export interface ExchangePorts extends Instructions {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly store: Store;
  readonly media: MediaEngine;
  /** Speaks texts; left out: nobody can. */
  readonly speech?: Speech;
  /** Who knows names (RFC 3263); without one only addresses lead anywhere. */
  readonly resolver?: Resolver;
  /** Asks a STUN server where our datagrams seem to come from; answers once, at any time. */
  readonly stun?: (server: Hop, then: (mapped: Mapped) => void) => void;
  /** Hears what happens, after each step. */
  readonly observe: (event: PbxEvent) => void;
  /** Sees every SIP message, for ladders. */
  readonly trace?: Trace;
}

export interface Exchange {
  /** What the wire tells. Before {@link Exchange.start} has answered, nothing may be told. */
  readonly listener: WireListener;
  readonly view: ExchangeView;
  /** Reads what lasts; `ready` when calls can come. */
  start(ready: () => void): void;
  /**
   * Later registrations and calls follow these; those in progress go on as they are. Throws, and changes nothing, for a
   * dialplan that cannot be told apart (RangeError) and for another realm (E_CONFIG_FIXED).
   */
  reload(next: Instructions): void;
  /** Refuses new calls from now on. */
  drain(): void;
  /** Ends every call. */
  hangupAll(): void;
  /**
   * Places a call: rings `from`, then does with whoever answers what a number does, or joins him with another. `hear` is
   * told in later steps what becomes of it. What goes wrong with the call is a value; throws a RangeError for a duration
   * that is none.
   */
  originate(request: Origination, hear?: (now: PlacedView) => void): Originated;
}

/** Ties the layers together. Throws a RangeError for a dialplan that cannot be told apart. */
export function createExchange(ports: ExchangePorts): Exchange {
  const parts = new Parts(ports);
  const { board } = parts;
  return {
    listener: parts.stack.listener,
    view: viewOf(parts),
    start: (ready) => restore(parts, ready),
    reload: (next) => {
      if (next.config.realm !== parts.config.realm) throw new StrowgerError('E_CONFIG_FIXED', { key: 'realm' });
      parts.follow(next);
    },
    drain: () => {
      parts.draining = true;
    },
    hangupAll: () => {
      parts.desk.originations.cancelAll();
      for (const leg of board.legs) board.end(leg, CAUSES.normal);
    },
    originate: (request, hear) => parts.desk.originations.place(request, hear),
  };
}

/** What an earlier run left behind. */
function restore(
  { ports: { kernel, store }, records, directory, diversions, guard, registrar, packages, look, desk }: Parts,
  ready: () => void,
): void {
  records.restore();
  store.load('diversion', (rows) => diversions.restore(rows));
  store.load('setting', (rows) => diversions.recall(rows));
  store.load('token', (tokens) => desk.tokens.restore(tokens));
  store.load('secret', (secrets) => {
    directory.learn(secrets);
    store.load('binding', (bindings) => {
      keySecret(kernel, store, (secret) => {
        guard.keep(secret);
        registrar.restore(bindings, secret);
        store.load('subscription', (subscriptions) => {
          packages.restore(subscriptions);
          look();
          ready();
        });
      });
    });
  });
}
