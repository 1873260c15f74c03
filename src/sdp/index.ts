export { makeAnswer, type Refused, readAnswer } from './answer.ts';
export { keyOctets } from './crypto.ts';
export { directionOf, meet, receives, reverse, sends } from './direction.ts';
export { makeOffer } from './offer.ts';
export { parseSdp, printSdp } from './parse.ts';
export {
  type Passed,
  passedAnswer,
  passedOffer,
  type PassedFormat,
  type PassedKind,
  passedKind,
  readPassed,
} from './passed.ts';
export { nextVersion, revise, sameExceptVersion } from './revise.ts';
export type {
  Agreement,
  Attribute,
  CodecName,
  Connection,
  Direction,
  Line,
  LocalCrypto,
  LocalAudio,
  MalformedSdp,
  Media,
  Origin,
  PayloadMap,
  RtpMap,
  Sdp,
  SrtpPolicy,
  SuiteName,
} from './types.ts';
