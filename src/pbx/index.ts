export type { Binding } from './bindings.ts';
export { CallKeys, type KeyCodes } from './call-keys.ts';
export { Calls } from './calls.ts';
export { CallRecords } from './cdr.ts';
export { type Account, DEFAULTS, type ExchangeConfig, type TransferPolicy } from './config.ts';
export { Rooms } from './conference/rooms.ts';
export type { RoomOptions } from './conference/room.ts';
export * from './config/index.ts';
export { type Dialplan, type DialplanBuilder, dialplan, type Rule, type Script } from './dialplan.ts';
export { Directory } from './directory.ts';
export { type Duration, milliseconds } from './duration.ts';
export type { PbxEvent } from './events.ts';
export type { Feature, FeatureContext } from './feature.ts';
export { createGuard, type Guard } from './guard.ts';
export { ping } from './ping.ts';
export { Reception } from './reception.ts';
export { Refusals } from './refusals.ts';
export { flowNews } from './flow-news.ts';
export { type Mapped, Outside } from './network.ts';
export { type EventPackage, EventPackages, type Watcher } from './packages.ts';
export { StaticContacts } from './static-contacts.ts';
export { destinationOf } from './destination.ts';
export { type Originated, type Origination, Originations } from './originate.ts';
export { EventStream, type StreamClient, type Subscription, type Topic, TOPICS } from './stream.ts';
export { type ApiScope, type NewToken, SCOPES, Tokens, type TokenView } from './tokens.ts';
export { keySecret } from './key-secret.ts';
export { type BindingChange, type InstanceGruus, Registrar } from './registrar.ts';
export { abroad } from './transfer-abroad.ts';
export { Transfers } from './transfer.ts';
export {
  type Diversion,
  type DiversionKey,
  type DiversionRefusal,
  Diversions,
  OCCASIONS,
  type Occasion,
} from './diversions.ts';
export { ringForwarding } from './forwarding.ts';
export { type Made, provideSecrets } from './secrets.ts';
export { type Day, type Said, say } from './say/index.ts';
export {
  type Application,
  type BridgeOptions,
  type Call,
  type ConferenceOptions,
  type Conferred,
  type Connected,
  type ConnectOptions,
  type Delivered,
  type DialOptions,
  type DialTarget,
  type DigitsOptions,
  Gone,
  type MenuOptions,
  type Park,
  type Parked,
  type ParkOptions,
  type Playable,
  type PlayOptions,
  type Recorded,
  type RecordingOptions,
  type RecordOptions,
  runScript,
  type Surroundings,
  type Typed,
  type Waiting,
} from './script.ts';
export { STAR_CODES, type StarCodes } from './star-codes.ts';
export { type Speech, type Spoken, speak } from './speech.ts';
export { sendText } from './text.ts';
export type {
  BindingRow,
  DiversionRow,
  CdrRow,
  Change,
  Committed,
  SecretRow,
  Store,
  SubscriptionRow,
  Tables,
} from './store.ts';
export type {
  CallView,
  ConferenceView,
  DiversionView,
  ParkedView,
  ExchangeView,
  PlacedView,
  QualityView,
  RecordView,
  RegistrationView,
  StatusView,
} from './view.ts';
