/** What users of the package write dialplans and features with. */
export type { Cause, Leg, Outcome, Party } from './call/index.ts';
export { createExchange, type Exchange, type ExchangePorts } from './exchange.ts';
export * from './features/index.ts';
export {
  type Account,
  type Call,
  type Configuration,
  DEFAULTS,
  defineConfig,
  type DialOptions,
  type DialTarget,
  type Dialplan,
  type DialplanBuilder,
  type Duration,
  dialplan,
  type ExchangeConfig,
  type Feature,
  type FeatureContext,
  Gone,
  type PbxEvent,
  type Script,
} from './pbx/index.ts';
