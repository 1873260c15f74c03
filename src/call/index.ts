export type { Beep } from './beeping.ts';
export { type Bridge, type ConferenceOwner, otherMember, type Role, SPEAKER } from './bridge.ts';
export { type Dial, type DialRequest, dial } from './dial.ts';
export type { LegDriver } from './driver.ts';
export {
  type CameBy,
  type Errand,
  type Key,
  type KeyEar,
  type Leg,
  type LegId,
  type LegOwner,
  LIMBO,
  type Place,
  type Recording,
} from './leg.ts';
export { hearsOf, MUSIC } from './media-plan.ts';
export { type Outcome, outcomeOf } from './outcome.ts';
export { CAUSES, type Cause, type Elsewhere, type Party } from './party.ts';
export type { LegEvent, NewLeg } from './leg-event.ts';
export { Switchboard } from './switchboard.ts';
export type { Ringer, Rung, Target } from './target.ts';
export { type GoBack, type Sent, Transfer, type TransferParts } from './transfer.ts';
export { table as transferTable } from './transfer-states.ts';
