import type { Timer } from '../../../kernel/index.ts';
import type { Field, Message, Request, Response } from '../../message/types.ts';
import { because, names, sdpOf, wholeNumber } from '../fields.ts';
import type { Objection } from '../objection.ts';
import type { AgentOptions, Refusal, SessionUser } from '../types.ts';
import {
  agreedFields,
  intervalFor,
  knowsTimer,
  minimumOf,
  sessionExpires,
  usesTimer,
  wanted,
} from './session-expires.ts';
import type { Session } from './session.ts';
import { type TimerAction, type TimerHappening, type TimerState, timerStep } from './timer-states.ts';

/** The session timer of one session (RFC 4028). */
export interface SessionTimer {
  state: TimerState;
  /** The interval agreed last, or the one to ask for; undefined: nothing to ask for. */
  seconds: number | undefined;
  /** The largest Min-SE the peer has named (§7.4). */
  minimum: number;
  /** The peer has agreed to nothing: whatever it answers shows that it is there (§7.2). */
  alone: boolean;
  half: Timer | undefined;
  expiry: Timer | undefined;
}

export function newTimer({ options }: Session['core'], user?: SessionUser): SessionTimer {
  const seconds = wanted(options, user);
  return { state: 'off', seconds, minimum: minimumOf(options), alone: false, half: undefined, expiry: undefined };
}

/** What a session refresh request of ours asks for (§7.1, §7.4): the roles stay as they are. */
export function timerFields({ timer }: Pick<Session, 'timer'>): readonly Field[] {
  if (timer.seconds === undefined) return [];
  const refresher = { off: '', ours: ';refresher=uac', asking: ';refresher=uac', theirs: ';refresher=uas' }[
    timer.state
  ];
  const length = Math.max(timer.seconds, timer.minimum);
  const wish: Field = ['Session-Expires', `${length}${refresher}`];
  return [wish, ['Min-SE', String(timer.minimum)]];
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
  const { core, user, timer } = session;
  const interval = intervalFor(request, core.options, wanted(core.options, user));
  if (interval === undefined) return runs(session, 'nobody');
  timer.seconds = interval.seconds;
  timer.alone = sessionExpires(request) === undefined && !knowsTimer(request);
  runs(session, interval.refresher === 'uas' ? 'weRefresh' : 'theyRefresh');
  return timer.alone ? [] : agreedFields(interval);
}

/** What the 2xx to a session refresh request of ours says (§7.2). */
export function takeTimer(session: Session, response: Response): void {
  const { options } = session.core;
  const agreed = usesTimer(options) ? sessionExpires(response) : undefined;
  const ours = wanted(options, session.user);
  session.timer.alone = agreed === undefined;
  if (agreed === undefined) {
    session.timer.seconds = ours && Math.max(ours, session.timer.minimum);
    return void runs(session, ours === undefined ? 'nobody' : 'weRefresh');
  }
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
  if (!('kind' in result)) return void runs(session, session.timer.alone ? 'weRefresh' : 'refused');
  const sdp = sdpOf(result);
  if (sdp !== undefined) session.user?.refreshed?.(session, sdp);
}
