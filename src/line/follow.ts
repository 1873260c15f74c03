import type { Line } from './line.ts';
import type { LegLine } from './types.ts';

/** Places follow what was agreed: a phone that sends only, or nothing, holds us. */
export function follow(line: Line, leg: LegLine): void {
  line.board.mediaChanged(leg.leg);
  line.board.hold(leg.leg, leg.audio.agreed?.heldByPeer ?? false);
}
