import { type Dialog, refreshTarget, uasDialog } from '../../dialog/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { Notifier } from '../subscribe/subscription.ts';
import { acceptExplicit, extensionOf } from './explicit.ts';
import { LASTING } from './lasting.ts';
import { referSub, wantsReports } from './read.ts';
import { type Referral, Reports, SILENT } from './referral.ts';

/**
 * Takes a REFER on: 202 and a NOTIFY at once (RFC 3515 §2.4.2, §2.4.4), or 200 for one that wants none (RFC 4488 §4, RFC 7614
 * §5), or wants to ask elsewhere (RFC 7614 §4).
 */
export function acceptRefer(core: Core, transaction: ServerTransaction): Referral {
  const { request } = transaction;
  const outside = request.toTag === '';
  const tag = outside ? { toTag: core.kernel.token() } : {};
  const inside = outside ? undefined : core.dialogs.ofRequest(request)?.dialog;
  if (inside !== undefined) refreshTarget(inside, request);
  const extension = extensionOf(request);
  if (extension === 'explicitsub') {
    if (inside !== undefined) inside.referred = true;
    return acceptExplicit(core, transaction, tag);
  }
  const reports = extension === undefined && wantsReports(request);
  answer(core, transaction, reports ? 202 : 200, { ...tag, headers: extension === 'nosub' ? [] : referSub(reports) });
  const dialog = outside ? made(transaction, tag.toTag ?? '') : inside;
  if (dialog === undefined) return SILENT;
  const event = eventOf(dialog, request.cseq.number);
  if (!reports) return SILENT;
  const told = new Reports();
  const subscription = new Notifier(core, dialog, event, LASTING, told);
  told.begin(subscription);
  subscription.resume(LASTING.usual);
  subscription.changed();
  return told;
}

function made({ request, flow }: ServerTransaction, toTag: string): Dialog {
  const dialog = uasDialog(request, toTag, flow);
  dialog.state = 'confirmed';
  return dialog;
}

/** One that is refused counts in its dialog: whoever sent it may have given the next one its name before it knew. */
export function refuseRefer(core: Core, { request }: ServerTransaction): void {
  const dialog = request.toTag === '' ? undefined : core.dialogs.ofRequest(request)?.dialog;
  if (dialog !== undefined) dialog.referred = true;
}

/** The first in a dialog needs no name; those after it have their CSeq (RFC 3515 §2.4.6). */
function eventOf(dialog: Dialog, cseq: number): string {
  const first = dialog.referred !== true;
  dialog.referred = true;
  return first ? 'refer' : `refer;id=${cseq}`;
}
