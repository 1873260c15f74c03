export type { SrtpPolicy } from '../sdp/index.ts';
export type { Dtmf } from './audio.ts';
export { type Claims, claimsOf, partyOf, type IdentityPolicy, uriHost } from './identity.ts';
export type { TransferAsked } from './transfer.ts';
export { Line } from './line.ts';
export type { Admission, LinePorts, LineUser, MediaTerms, Placement, VideoPolicy } from './types.ts';
