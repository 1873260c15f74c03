/** The kit: a simulated world with phones in it, for tests of dialplans, features and the exchange itself. */
export type { Datagram, Kind } from './datagram.ts';
export type { Duration } from './duration.ts';
export {
  beginnings,
  dominant,
  findClip,
  hears,
  hearsNothing,
  hearsOnly,
  hearsSomewhere,
  hearsSound,
  keysIn,
  muted,
  type Source,
  tone,
} from './ear.ts';
export type { Configuration } from '../src/pbx/index.ts';
export { type ExchangeOptions, PASSWORD, phoneOf, type PlacedExchange, startExchange } from './exchange.ts';
export type { Host, HostWire } from './host.ts';
export { checkInvariants } from './invariants.ts';
export type { Nat, NatKind, NatOptions } from './nat.ts';
export type { Condition, Filter, Network, Sighting } from './network.ts';
export { Phone, type PhoneOptions } from './phone.ts';
export type { CallState, PhoneCall } from './phone/call.ts';
export type { Display } from './phone/display.ts';
export type { DialOptions } from './phone/instrument.ts';
export { PhoneSubscription } from './phone/subscription.ts';
export type { Registered } from './phone/registration.ts';
export { type Message, ProgramLine, type ProgramManners, WorldPrograms } from './programs.ts';
export { quiet, type QuietOptions } from './quiet.ts';
export { Random } from './random.ts';
export { type Heard, RATE, Recording } from './recording.ts';
export { asHeard } from './sounds.ts';
export { Disk, WorldStore } from './store.ts';
export { type Act, cruel, type Stage, story, type StoryOptions, TONES } from './story.ts';
export type { Sent, Transcript } from './transcript.ts';
export { CRUEL, FAIR, type Weather, type Where } from './weather.ts';
export { type HostFault, type HostOptions, World, WorldError, type WorldOptions } from './world.ts';
