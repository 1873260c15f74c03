import { CAUSES, type Leg, type Switchboard } from '../call/index.ts';
import type { SessionEvent } from '../media/engine.ts';
import type { LineUser } from './types.ts';

/** What a leg's media session tells, as the switchboard and the layer above take it. */
export function takeMediaNews(board: Switchboard, user: LineUser, leg: Leg, event: SessionEvent): void {
  switch (event.event) {
    case 'digit':
      return board.digit(leg, event.digit, event.ms, event.by);
    case 'recorded':
      return recorded(board, user, leg, event);
    case 'talking':
      return board.talking(leg, event.talking);
    case 'played':
      return board.played(leg, event.token);
    case 'program':
      if (event.end.endedBy === 'failed') user.programFailed(leg, event.end.why);
      return board.programEnded(leg, event.token, event.end);
    case 'failed':
      if (event.file === undefined) return board.end(leg, CAUSES.noCircuit);
      return user.soundMissing(leg, event.file, event.why);
    case 'mediaTimeout':
      return board.end(leg, CAUSES.silent);
    case 'latched':
      return user.latched(leg, event.source);
    case 'strays':
      return user.strays?.(leg, event);
  }
}

type Recorded = Extract<SessionEvent, { event: 'recorded' }>;

function recorded(board: Switchboard, user: LineUser, leg: Leg, { tap, file, ms, endedBy, why }: Recorded): void {
  if (why !== undefined) user.soundMissing(leg, file, why);
  board.recorded(leg, { tap, file: why === undefined ? file : '', ms, endedBy });
}
