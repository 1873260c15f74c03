import { audienceOf, wantIfHeard } from './host-context.ts';
import { forgetIfIdle, mixerOf } from './mix/mixer.ts';
import { Playing } from './playing.ts';
import { ProgramTalk } from './program/talk.ts';
import type { Hears } from './protocol.ts';
import { endInterpreting } from './relay.ts';
import type { Session } from './session.ts';
import type { Failure } from './source/library.ts';
import { excerpt } from './source/excerpt.ts';
import type { Source } from './source/source.ts';

/** How long the first prompt waits for the first packet of a phone that may be behind NAT (ms; telephony.md, Calls). */
const PATIENCE = 500;

/** Makes a leg hear something else: the old source ends, the new one begins with a marker. */
export function hear(session: Session, hears: Hears): void {
  leave(session);
  session.hears = hears;
  session.stream.fresh = true;
  session.mapping.live = false;
  session.passage.live = false;
  switch (hears.kind) {
    case 'nothing':
      return;
    case 'session':
      return listen(session, hears.session);
    case 'mix':
      return mixerOf(session.host, hears.mixer).join(session);
    case 'echo':
      return listen(session, session.id);
    case 'program':
      session.program = new ProgramTalk(session, hears);
      return;
    case 'file':
      return playFiles(session, hears);
    case 'tone':
      return play(session, { kind: 'loop', clip: session.host.library.tone(hears.tone), position: 0 });
    case 'music':
      return session.host.library.music(hears.folder, (clip, failures) => {
        if (session.hears !== hears) return;
        play(session, { kind: 'shared', clip });
        tellFailures(session, failures);
      });
  }
}

/** Ends what a leg hears. */
export function leave(session: Session): void {
  if (session.playing !== undefined) session.host.pacer.stop(session.playing);
  session.playing = undefined;
  session.program?.leave();
  session.program = undefined;
  endInterpreting(session);
  if (session.hears.kind === 'mix') leaveMix(session, session.hears.mixer);
  const { heard } = session;
  session.heard = undefined;
  if (heard === undefined) return;
  const audience = audienceOf(session.host, heard);
  audience.splice(audience.indexOf(session), 1);
  wantIfHeard(session.host, heard);
}

function leaveMix(session: Session, mixer: string): void {
  mixerOf(session.host, mixer).leave(session);
  forgetIfIdle(session.host, mixer);
}

/** Starts what waits to be played, if the leg is there to hear it. */
export function startIfReady(session: Session): void {
  const { playing, end, host } = session;
  if (playing === undefined || playing.started || end === undefined) return;
  const { target, settled } = session.latch;
  if (target === undefined && !playing.finite) return;
  const wait = playing.finite && !settled && (end.latch || target === undefined) ? patienceLeft(session) : 0;
  if (wait <= 0) return playing.start();
  host.ports.after('scene', wait, () => startIfReady(session));
}

function patienceLeft(session: Session): number {
  const { now, promptPatienceMs = PATIENCE } = session.host.ports;
  session.patientUntil ??= now() + promptPatienceMs;
  return session.patientUntil - now();
}

function listen(session: Session, heard: string): void {
  session.heard = heard;
  audienceOf(session.host, heard).push(session);
  wantIfHeard(session.host, heard);
}

function play(session: Session, source: Source, ended: () => void = nothing): void {
  session.playing = new Playing(session, source, ended);
  startIfReady(session);
}

const nothing = (): void => undefined;

/** Plays when every file is there, so that one follows the other without a gap. A missing one counts as played. */
function playFiles(session: Session, hears: Extract<Hears, { kind: 'file' }>): void {
  const { host, id } = session;
  host.library.clips(hears.files, (clips, failures) => {
    if (session.hears !== hears) return;
    play(session, { kind: 'once', clips: excerpt(clips, hears), clip: 0, position: 0 }, () => {
      session.playing = undefined;
      host.ports.tell({ event: 'played', session: id, token: hears.token });
    });
    tellFailures(session, failures);
  });
}

function tellFailures({ host, id }: Session, failures: readonly Failure[]): void {
  for (const { why, file } of failures) host.ports.tell({ event: 'failed', session: id, why, file });
}
