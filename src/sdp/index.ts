export { makeAnswer, readAnswer } from './answer.ts';
export { directionOf, meet, receives, reverse, sends } from './direction.ts';
export { makeOffer } from './offer.ts';
export { parseSdp, printSdp } from './parse.ts';
export { nextVersion, revise, sameExceptVersion } from './revise.ts';
export type {
  Agreement,
  Attribute,
  CodecName,
  Connection,
  Direction,
  Line,
  LocalAudio,
  MalformedSdp,
  Media,
  Origin,
  PayloadMap,
  RtpMap,
  Sdp,
} from './types.ts';
