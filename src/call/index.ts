export { type Bridge, otherMember } from './bridge.ts';
export { type Dial, type DialRequest, dial } from './dial.ts';
export type { LegDriver } from './driver.ts';
export { type Leg, type LegId, type LegOwner, LIMBO, type Place } from './leg.ts';
export { hearsOf } from './media-plan.ts';
export { type Outcome, outcomeOf } from './outcome.ts';
export { CAUSES, type Cause, type Elsewhere, type Party } from './party.ts';
export { type LegEvent, type NewLeg, Switchboard } from './switchboard.ts';
export type { Ringer, Rung, Target } from './target.ts';
