import type { Dialog } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';

/** Seconds a subscription may last; asked for less than the floor it is refused with 423 (RFC 6665 §4.2.1.1). */
export interface Lasting {
  readonly floor: number;
  readonly ceiling: number;
  /** Where nothing is asked for. */
  readonly usual: number;
}

/** Why a subscription ended. `failed`: a NOTIFY got no answer, or one that ends it (RFC 6665 §4.2.2). */
export type SubscriptionEnd = 'timeout' | 'failed' | 'deactivated' | 'rejected' | 'noresource' | 'giveup' | 'probation';

/** One subscription, the notifier's side. */
export interface Subscription {
  /** The Event value as it was subscribed to, its `id` included. */
  readonly event: string;
  readonly over: boolean;
  /** Its side of the dialog, as it is now. */
  readonly dialog: Readonly<Dialog>;
  /** The state changed: a NOTIFY goes out, now or after the one that is under way. */
  changed(): void;
  /** A last NOTIFY with that reason (RFC 6665 §4.1.3). */
  end(reason: Exclude<SubscriptionEnd, 'timeout' | 'failed'>): void;
}

/** What a NOTIFY says. */
export interface Notice {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers?: readonly Field[];
}

/** What a subscription asks and tells its owner. */
export interface SubscriptionUser {
  /** What the next NOTIFY says; `full`: it follows a SUBSCRIBE or ends the subscription. undefined: without a body. */
  notice(subscription: Subscription, full: boolean): Notice | undefined;
  /** Nothing will come after its next NOTIFY: the answer to a SUBSCRIBE is the last one. Left out: that is not known. */
  readonly complete?: boolean;
  /** A refresh came over another flow than what was before: false when the owner has refused it, answer and all. */
  admits(transaction: ServerTransaction): boolean;
  /**
   * It is about to be granted so many seconds, by the first SUBSCRIBE or a refresh, but not 0: whoever keeps it elsewhere says
   * when that is done. The 200 waits for that; where it could not be kept it is a 500. Left out: it is granted at once.
   */
  keep?(subscription: Subscription, seconds: number, then: (kept: boolean) => void): void;
  /** Told once; nothing of the subscription comes after it. */
  ended(subscription: Subscription, why: SubscriptionEnd): void;
}
