import type { Timer } from '../../../kernel/index.ts';
import type { Field, Message, Request, Response } from '../../message/types.ts';
import { because, names, sdpOf, wholeNumber } from '../fields.ts';
import type { Objection } from '../objection.ts';
import type { AgentOptions, Refusal } from '../types.ts';
import { agreedFields, intervalFor, minimumOf, sessionExpires, usesTimer } from './session-expires.ts';
import type { Session } from './session.ts';
import { type TimerAction, type TimerHappening, type TimerState, timerStep } from './timer-states.ts';

/** The session timer of one session (RFC 4028). */
export interface SessionTimer {
  state: TimerState;
  /** The interval agreed last, or the one to ask for; undefined: nothing to ask for. */
  seconds: number | undefined;
  /** The largest Min-SE the peer has named (§7.4). */
  minimum: number;
  half: Timer | undefined;
  expiry: Timer | undefined;
}

export function newTimer({ options }: Session['core']): SessionTimer {
  const asks = usesTimer(options) ? options.timer?.expires : undefined;
  return { state: 'off', seconds: asks, minimum: minimumOf(options), half: undefined, expiry: undefined };
}

/** What a session refresh request of ours asks for (§7.1, §7.4): the roles stay as they are. */
export function timerFields({ timer }: Pick<Session, 'timer'>): readonly Field[] {
  if (timer.seconds === undefined) return [];
  const refresher = { off: '', ours: ';refresher=uac', asking: ';refresher=uac', theirs: ';refresher=uas' }[
    timer.state
  ];
  const length = Math.max(timer.seconds, timer.minimum);
  const wish: Field = ['Session-Expires', `${length}${refresher}`];
  return timer.minimum > 90 ? [wish, ['Min-SE', String(timer.minimum)]] : [wish];
}

/** §9: 422 to an interval that is too small, from whoever knows what that means. */
export function tooShort(options: AgentOptions, request: Request): Objection | undefined {
  const wish = sessionExpires(request);
  if (!usesTimer(options) || wish === undefined || wish.seconds >= minimumOf(options)) return undefined;
  if (!names(request, 'Supported', 'timer') && !names(request, 'Require', 'timer')) return undefined;
  return { status: 422, headers: [['Min-SE', String(minimumOf(options))]] };
}

/** Agrees to what a session refresh request of the peer asks for; the fields of our 2xx. */
export function agreeOnTimer(session: Session, request: Request): readonly Field[] {
  const interval = intervalFor(request, session.core.options);
  if (interval === undefined) return runs(session, 'nobody');
  session.timer.seconds = interval.seconds;
  runs(session, interval.refresher === 'uas' ? 'weRefresh' : 'theyRefresh');
  return agreedFields(interval);
}

/** What the 2xx to a session refresh request of ours says (§7.2). */
export function takeTimer(session: Session, response: Response): void {
  const agreed = usesTimer(session.core.options) ? sessionExpires(response) : undefined;
  if (agreed === undefined) return void runs(session, 'nobody');
  session.timer.seconds = agreed.seconds;
  runs(session, agreed.refresher === 'uas' ? 'theyRefresh' : 'weRefresh');
}

/** §7.3: true when a 422 names an interval that is worth another try. */
export function raise({ timer }: Session, response: Message | undefined): boolean {
  const least = response === undefined ? undefined : wholeNumber(response, 'Min-SE');
  if (least === undefined || least <= timer.minimum || timer.seconds === undefined) return false;
  timer.minimum = least;
  timer.seconds = Math.max(timer.seconds, least);
  return true;
}

export function stopTimer(session: Session): void {
  runs(session, 'over');
}

function runs(session: Session, happening: TimerHappening): readonly Field[] {
  const step = timerStep(session.timer.state, happening);
  if (step === undefined) return [];
  const [to, ...doing] = step;
  session.timer.state = to;
  for (const action of doing) actions[action](session, session.timer);
  return [];
}

const actions: Readonly<Record<TimerAction, (session: Session, timer: SessionTimer) => void>> = {
  stop: (_session, timer) => {
    timer.half?.cancel();
    timer.expiry?.cancel();
  },
  startHalf: (session, timer) => {
    timer.half = after(session, (timer.seconds ?? 0) / 2, 'half');
  },
  startRetry: (session, timer) => {
    timer.half = after(session, (timer.seconds ?? 0) / 8, 'half');
  },
  // §10: slightly before the others would forget the session.
  startExpiry: (session, timer) => {
    const length = timer.seconds ?? 0;
    timer.expiry = after(session, length - Math.min(32, length / 3), 'expired');
  },
  refresh,
  expire: (session) => {
    const headers = because(408, 'Session timer expired');
    session.step('gone', { headers, ending: { by: 'none', why: 'the session timer expired' } });
  },
};

function after(session: Session, length: number, happening: 'half' | 'expired'): Timer {
  return session.core.kernel.scene.after(length * 1000, () => void runs(session, happening));
}

/** §7.4, §10: an UPDATE without offer, or where the peer does not take it a re-INVITE that repeats what we said last. */
function refresh(session: Session): void {
  session.update(undefined, [], (result) => refreshed(session, result));
}

function refreshed(session: Session, result: Response | Refusal): void {
  if (!('kind' in result)) return void runs(session, 'refused');
  const sdp = sdpOf(result);
  if (sdp !== undefined) session.user?.refreshed?.(session, sdp);
}
