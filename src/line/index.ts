export { type Claims, claimsOf, type IdentityPolicy, uriHost } from './identity.ts';
export { type Admission, Line, type LinePorts, type LineUser, type Placement } from './line.ts';
