import type { Kernel } from '../kernel/index.ts';
import type { Rooms } from './conference/rooms.ts';
import type { DialplanBuilder } from './dialplan.ts';
import type { Diversions } from './diversions.ts';
import type { PbxEvent } from './events.ts';
import type { Originated, Origination } from './originate.ts';
import type { EventPackage } from './packages.ts';
import type { Registrar } from './registrar.ts';
import type { Application, Park } from './script.ts';
import type { Store } from './store.ts';
import type { PlacedView } from './view.ts';

/** All that a feature gets of the exchange. Adding one touches its own folder, one line of the list and one story. */
export interface FeatureContext {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly registrar: Pick<Registrar, 'bindingsOf' | 'gruusOf' | 'watch'>;
  /** Places a call: wake-up, call-back, click-to-call. */
  readonly originate: (request: Origination, hear?: (now: PlacedView) => void) => Originated;
  /** Where accounts send their calls. */
  readonly diversions: Pick<Diversions, 'of' | 'set' | 'lastCaller'>;
  /** Tells observers. */
  readonly tell: (event: PbxEvent) => void;
  /** The conference rooms. */
  readonly rooms: Rooms;
  /** Hears what happens, after each step. */
  readonly on: (listen: (event: PbxEvent) => void) => void;
}

/** A part of the exchange that stands on pbx alone. */
export interface Feature {
  readonly name: string;
  /** The extensions it brings, on the numbers it is given. Asked again at each reload. */
  extensions?(context: FeatureContext, builder: DialplanBuilder): void;
  /** What dialplans and configurations run by name (`call.run`), with options that are theirs to check. Asked again at each reload. */
  applications?(context: FeatureContext): Readonly<Record<string, Application<never, unknown>>>;
  /** How scripts park their callers (`call.park`). Asked again at each reload; the first feature that answers is taken. */
  parks?(context: FeatureContext): Park;
  /** What can be subscribed to. Asked once, of the features that every exchange has: subscriptions outlast a reload. */
  packages?(context: FeatureContext): readonly EventPackage[];
}
