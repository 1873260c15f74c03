import { type Dialog, refreshTarget, uasDialog } from '../../dialog/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { Notifier } from '../subscribe/subscription.ts';
import { referSub, wantsReports } from './read.ts';
import { type Referral, Reports, SILENT } from './referral.ts';

/** Seconds a subscription lasts at most: longer than anybody lets a telephone ring. */
const LASTS = 600;
const LASTING = { floor: 1, ceiling: LASTS, usual: LASTS };

/** Takes a REFER on: 202 and a NOTIFY at once (RFC 3515 §2.4.2, §2.4.4), or 200 for one that wants none (RFC 4488 §4). */
export function acceptRefer(core: Core, transaction: ServerTransaction): Referral {
  const { request } = transaction;
  const reports = wantsReports(request);
  const outside = request.toTag === '';
  const tag = outside ? { toTag: core.kernel.token() } : {};
  answer(core, transaction, reports ? 202 : 200, { ...tag, headers: referSub(reports) });
  const dialog = outside ? made(transaction, tag.toTag ?? '') : core.dialogs.ofRequest(request)?.dialog;
  if (dialog === undefined) return SILENT;
  refreshTarget(dialog, request);
  const event = eventOf(dialog, request.cseq.number);
  if (!reports) return SILENT;
  const told = new Reports();
  const subscription = new Notifier(core, dialog, event, LASTING, told);
  told.begin(subscription);
  subscription.resume(LASTS);
  subscription.changed();
  return told;
}

function made({ request, flow }: ServerTransaction, toTag: string): Dialog {
  const dialog = uasDialog(request, toTag, flow);
  dialog.state = 'confirmed';
  return dialog;
}

/** The first in a dialog needs no name; those after it have their CSeq (RFC 3515 §2.4.6). */
function eventOf(dialog: Dialog, cseq: number): string {
  const first = dialog.referred !== true;
  dialog.referred = true;
  return first ? 'refer' : `refer;id=${cseq}`;
}
