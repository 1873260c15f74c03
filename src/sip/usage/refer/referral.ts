import { fromLatin1, wireText } from '../../../kernel/index.ts';
import type { Notice, Subscription, SubscriptionUser } from '../subscribe/types.ts';

/** What became of a REFER so far, told to whoever sent it. */
export interface Referral {
  /**
   * The status of the request that was made for it: any number of provisional ones, in order, then a final one, which ends it.
   * `told`: whoever sent the REFER has taken that in, or never will.
   */
  report(status: number, reasonPhrase: string, told?: () => void): void;
}

/** Nobody wants to know (RFC 4488). */
export const SILENT: Referral = { report: (_status, _reasonPhrase, told) => told?.() };

/** A status as it is told: a message/sipfrag (RFC 3420). */
export function sipfrag(status: number, reasonPhrase: string): string {
  return `SIP/2.0 ${status} ${wireText(reasonPhrase)}`;
}

/** A subscription to a REFER (RFC 3515 §2.4.4): each status is told by a NOTIFY of its own, none is passed over. */
export class Reports implements Referral, SubscriptionUser {
  readonly #waiting: string[];
  readonly #gone: () => void;
  #subscription: Subscription | undefined;
  #told: string | undefined;
  #final: boolean;
  #done: (() => void) | undefined;
  #over = false;

  /** `first`: what it is told at once, all there is to tell where it is `final`. */
  constructor(first = sipfrag(100, 'Trying'), final = false, gone: () => void = () => undefined) {
    this.#waiting = [first];
    this.#final = final;
    this.#gone = gone;
  }

  /** Nothing comes after what it is told next. */
  get complete(): boolean {
    return this.#final && this.#waiting.length <= 1;
  }

  begin(subscription: Subscription): void {
    this.#subscription = subscription;
  }

  report(status: number, reasonPhrase: string, told?: () => void): void {
    if (this.#over) return told?.();
    if (this.#final || status <= 100) return;
    this.#done = told;
    this.#final = status >= 200;
    this.#waiting.push(sipfrag(status, reasonPhrase));
    if (this.#waiting.length === 1) this.#goOn();
  }

  /** The next one; those behind it follow when it has been answered. */
  notice(subscription: Subscription): Notice {
    this.#told = this.#waiting.shift() ?? this.#told;
    this.#subscription = subscription;
    if (this.#waiting.length > 0) this.#goOn();
    return { body: fromLatin1(`${this.#told ?? ''}\r\n`), contentType: 'message/sipfrag;version=2.0' };
  }

  admits(): boolean {
    return true;
  }

  ended(): void {
    this.#over = true;
    this.#waiting.length = 0;
    this.#done?.();
    this.#gone();
  }

  #goOn(): void {
    if (this.#final && this.#waiting.length === 1) this.#subscription?.end('noresource');
    else this.#subscription?.changed();
  }
}
