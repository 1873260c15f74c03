import { keep } from '../../../kernel/index.ts';
import { type Dialog, uasDialog } from '../../dialog/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { granted } from './expiry.ts';
import { Notifier } from './subscription.ts';
import type { Lasting, Subscription, SubscriptionUser } from './types.ts';

/** A SUBSCRIBE that its owner lets in: 200 and a NOTIFY at once (RFC 6665 §4.2.1), or 423, and nothing is told. */
export function acceptSubscription(
  core: Core,
  transaction: ServerTransaction,
  lasting: Lasting,
  user: SubscriptionUser,
): Subscription | undefined {
  const { request, flow } = transaction;
  const toTag = core.kernel.token();
  const seconds = granted(request, lasting);
  const refuse = (status: number, more: object): undefined => {
    answer(core, transaction, status, { toTag, ...more });
    return undefined;
  };
  // RFC 6665 §3.1.2: a SUBSCRIBE creates a dialog, and there is nowhere to send a NOTIFY to without it.
  if (request.contacts.length === 0) return refuse(400, { reasonPhrase: 'Missing Contact' });
  if (typeof seconds === 'object') return refuse(423, { headers: [seconds.minimum] });
  const dialog = uasDialog(request, toTag, flow);
  dialog.state = 'confirmed';
  const event = keep(request.headers.get('Event') ?? '');
  const subscription = new Notifier(core, dialog, event, lasting, user);
  subscription.grant(transaction, seconds, toTag);
  return subscription;
}

/** One of an earlier run, with so many seconds left (RFC 6665 §4.2.2): nothing goes out before it is told of a change. */
export function resumeSubscription(
  core: Core,
  dialog: Dialog,
  event: string,
  seconds: number,
  lasting: Lasting,
  user: SubscriptionUser,
): Subscription {
  const subscription = new Notifier(core, dialog, event, lasting, user);
  subscription.resume(seconds);
  return subscription;
}
