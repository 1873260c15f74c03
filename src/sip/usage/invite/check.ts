import type { Session } from './session.ts';

const fiveMinutes = 300_000;

/** A peer that is gone without a word is found out by OPTIONS where no session timer does it (telephony.md, Calls). */
export function keepChecked(session: Session, every = fiveMinutes): void {
  session.checking?.cancel();
  if (session.state === 'ended') return;
  session.checking = session.core.kernel.scene.after(every, () => {
    keepChecked(session, every);
    const { timer, state } = session;
    if (state === 'up' && (timer.state === 'off' || timer.alone)) session.request('OPTIONS', {}, () => undefined);
  });
}
