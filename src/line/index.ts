export type { SrtpPolicy } from '../sdp/index.ts';
export type { Dtmf } from './audio.ts';
export { type Claims, claimsOf, type IdentityPolicy, uriHost } from './identity.ts';
export type { TransferAsked } from './transfer.ts';
export {
  type Admission,
  Line,
  type LinePorts,
  type LineUser,
  type MediaTerms,
  type Placement,
  type VideoPolicy,
} from './line.ts';
