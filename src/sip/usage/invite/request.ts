import { override, refreshTarget } from '../../dialog/index.ts';
import type { Field, Response } from '../../message/types.ts';
import { flowFor } from '../core.ts';
import { because, capabilities, contactField } from '../fields.ts';
import { sendInside } from '../inside.ts';
import { refusal, whenDone } from '../refusal.ts';
import type { Refusal } from '../types.ts';
import { learn } from './learn.ts';
import type { Session } from './session.ts';
import { takeTimer, timerFields } from './timer.ts';

/** Requests that say where we are (RFC 3261 §12.2; RFC 3311, 3515, 6665). */
const withContact = new Set(['UPDATE', 'REFER', 'SUBSCRIBE', 'NOTIFY']);
const withVerb = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK']);

/** Any request but those that are verbs of the session; for these it throws RangeError. Before there is a dialog the result is 481. */
export function request(
  session: Session,
  method: string,
  { headers = [], body }: { headers?: readonly Field[]; body?: Uint8Array },
  done: (result: Response | Refusal) => void,
): void {
  const { core, record } = session;
  const { dialog } = record;
  if (withVerb.has(method)) throw new RangeError(`${method} has a verb of its own`);
  if (session.state === 'ended') return;
  if (dialog === undefined) {
    core.kernel.scene.after(0, () => done(refusal(481)));
    return;
  }
  const flow = flowFor(core, dialog);
  const product: Field = ['User-Agent', core.options.product];
  const defaults: readonly Field[] = [
    ...(withContact.has(method)
      ? [contactField(core.options, flow, dialog.remoteTarget, dialog.routeSet, session.focus)]
      : []),
    // Every UPDATE refreshes the session (RFC 4028 §7.4).
    ...(method === 'UPDATE' ? [...capabilities(core.options), ...timerFields(session)] : []),
    product,
  ];
  const answered = (result: Response | Refusal): void => {
    if (session.state === 'ended') return;
    if ('kind' in result) {
      if (method === 'UPDATE') {
        refreshTarget(dialog, result);
        if (session.state === 'up') takeTimer(session, result);
      }
      learn(record, result);
    } else gone(session, method, result);
    done(result);
  };
  sendInside(core, dialog, method, { headers: override(defaults, headers), body }, whenDone(answered));
}

/**
 * RFC 3261 §12.2.1.2: 481, 408 and silence end the dialog. Those of a subscription end only that (RFC 5057 §5.1).
 * True when the session ends by this; `ended` is told in a step of its own.
 */
export function gone(session: Session, method: string, { status }: Refusal): boolean {
  if ((status !== 481 && status !== 408) || method === 'NOTIFY' || method === 'SUBSCRIBE') return false;
  return session.step('gone', {
    headers: because(status, `${status} to ${method}`),
    ending: { by: 'none', why: `${status} to ${method}` },
  });
}
