import type { Opened, Timer } from '../../../kernel/index.ts';
import { type Dialog, refreshTarget, type Usage } from '../../dialog/index.ts';
import { parseValue } from '../../message/index.ts';
import type { Field, Response } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { contactField } from '../fields.ts';
import { sendInside } from '../inside.ts';
import { whenDone } from '../refusal.ts';
import type { Refusal } from '../types.ts';
import { granted } from './expiry.ts';
import { type Action, type Event, type State, stepFor } from './states.ts';
import type { Lasting, Subscription, SubscriptionEnd, SubscriptionUser } from './types.ts';

/** What is known of a subscription. Plain data. */
interface SubscriptionRecord {
  readonly event: string;
  readonly lasting: Lasting;
  state: State;
  /** Monotonic. */
  expiresAt: number;
  /** The next NOTIFY answers a SUBSCRIBE. */
  full: boolean;
  why: SubscriptionEnd;
}

/** One subscription in its dialog: the record, what runs for it now, and what the table's actions do. */
export class Notifier implements Subscription, Usage {
  readonly #core: Core;
  readonly #dialog: Dialog;
  readonly #user: SubscriptionUser;
  readonly #record: SubscriptionRecord;
  readonly #opened: Opened;
  #timer: Timer | undefined;

  constructor(core: Core, dialog: Dialog, event: string, lasting: Lasting, user: SubscriptionUser) {
    this.#core = core;
    this.#dialog = dialog;
    this.#user = user;
    this.#record = { event, lasting, state: 'idle', expiresAt: 0, full: true, why: 'timeout' };
    this.#opened = core.kernel.scene.open('subscription');
    core.dialogs.enter(dialog, this);
  }

  get event(): string {
    return this.#record.event;
  }

  get dialog(): Readonly<Dialog> {
    return this.#dialog;
  }

  get over(): boolean {
    const { state } = this.#record;
    return state === 'leaving' || state === 'ending' || state === 'ended';
  }

  changed(): void {
    this.#step('changed');
  }

  end(reason: SubscriptionEnd): void {
    if (this.over) return;
    this.#record.why = reason;
    this.#timer?.cancel();
    this.#step('over');
  }

  /** Answers a SUBSCRIBE with so many seconds, once they are kept; the NOTIFY follows. `toTag`: of one that made the dialog. */
  grant(transaction: ServerTransaction, seconds: number, toTag?: string): void {
    const tag = toTag === undefined ? {} : { toTag };
    const go = (kept: boolean): void => {
      if (this.over) return answer(this.#core, transaction, 481, tag);
      if (!kept) {
        // A first one that could not be kept never was.
        if (toTag !== undefined) this.#vanish();
        return answer(this.#core, transaction, 500, { ...tag, headers: [['Retry-After', '10']] });
      }
      answer(this.#core, transaction, 200, { ...tag, headers: [['Expires', String(seconds)]] });
      this.#lasts(seconds);
    };
    if (seconds === 0 || this.#user.keep === undefined) go(true);
    else this.#user.keep(this, seconds, go);
  }

  /** It was granted in an earlier run, and its next NOTIFY says all. */
  resume(seconds: number): void {
    this.#record.expiresAt = this.#core.kernel.now() + seconds * 1000;
    this.#timer = this.#core.kernel.scene.after(seconds * 1000, () => this.end('timeout'));
  }

  #lasts(seconds: number): void {
    this.#timer?.cancel();
    this.#record.full = true;
    if (seconds === 0) return this.end('timeout');
    if (this.#user.complete === true) return this.end('noresource');
    this.resume(seconds);
    this.#step('subscribed');
  }

  #vanish(): void {
    this.#record.state = 'ended';
    this.#act('forget');
  }

  receives(transaction: ServerTransaction, dialog: Dialog): boolean {
    const { request } = transaction;
    if (request.method !== 'SUBSCRIBE' || !sameEvent(request.headers.get('Event') ?? '', this.event)) return false;
    if (this.over) answer(this.#core, transaction, 481);
    else this.#refreshed(transaction, dialog);
    return true;
  }

  /** RFC 6665 §4.2.1.4. In a dialog only a request over another flow is challenged (telephony.md, Authentication). */
  #refreshed(transaction: ServerTransaction, dialog: Dialog): void {
    const { request, flow } = transaction;
    if (flow.id !== dialog.flow.id && !this.#user.admits(transaction)) return;
    const seconds = granted(request, this.#record.lasting);
    if (typeof seconds === 'object') return answer(this.#core, transaction, 423, { headers: [seconds.minimum] });
    refreshTarget(dialog, request);
    dialog.flow = flow;
    this.grant(transaction, seconds);
  }

  #step(event: Event): void {
    const step = stepFor(this.#record.state, event);
    if (step === undefined) return;
    const [to, ...doing] = step;
    this.#record.state = to;
    for (const action of doing) this.#act(action);
  }

  #act(action: Action): void {
    switch (action) {
      case 'send':
        return this.#send(`active;expires=${Math.max(0, Math.round(this.#left() / 1000))}`);
      case 'sendLast':
        return this.#send(`terminated;reason=${this.#record.why}`);
      case 'forget':
        this.#timer?.cancel();
        this.#core.dialogs.leave(this.#dialog, this);
        return this.#opened.close();
      case 'tellEnded':
        return this.#user.ended(this, this.#record.why);
    }
  }

  #left(): number {
    return this.#record.expiresAt - this.#core.kernel.now();
  }

  #send(state: string): void {
    const full = this.#record.full || this.over;
    this.#record.full = false;
    const notice = this.#user.notice(this, full);
    const content: readonly Field[] = notice === undefined ? [] : [['Content-Type', notice.contentType]];
    const headers: readonly Field[] = [
      ['Event', this.event],
      ['Subscription-State', state],
      contactField(this.#core.options, this.#dialog.flow, this.#dialog.remoteTarget, this.#dialog.routeSet),
      ['User-Agent', this.#core.options.product],
      ...content,
      ...(notice?.headers ?? []),
    ];
    const done = whenDone((result) => this.#done(result));
    sendInside(this.#core, this.#dialog, 'NOTIFY', { headers, body: notice?.body }, done);
  }

  #done(result: Response | Refusal): void {
    if ('kind' in result) refreshTarget(this.#dialog, result);
    if (!isFatal(result)) return this.#step('delivered');
    if (!this.over) this.#record.why = 'failed';
    this.#step('failed');
  }
}

/** RFC 6665 §4.2.2: silence, a flow that failed, or a response that ends the subscription. */
function isFatal(result: Response | Refusal): boolean {
  if ('kind' in result) return false;
  return result.response === undefined || FATAL.has(result.status) || (result.status >= 480 && result.status <= 485);
}

const FATAL: ReadonlySet<number> = new Set([404, 405, 408, 410, 416, 489, 501, 604]);

/** RFC 6665 §8.2.1: the type, and the id octet by octet. */
function sameEvent(a: string, b: string): boolean {
  const [first, second] = [parseValue(a), parseValue(b)];
  if (first === undefined || second === undefined) return false;
  return first.value.toLowerCase() === second.value.toLowerCase() && first.params.get('id') === second.params.get('id');
}
