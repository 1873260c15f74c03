export { callerIn, dialedIn, nameAddr, partyOf, uriHost } from './identity.ts';
export { type Admission, Line, type LinePorts, type LineUser, type Placement } from './line.ts';
