import type { Kernel } from '../kernel/index.ts';
import type { DialplanBuilder } from './dialplan.ts';
import type { PbxEvent } from './events.ts';
import type { Store } from './store.ts';

/** All that a feature gets of the exchange. Adding one touches its own folder, one line of the list and one story. */
export interface FeatureContext {
  readonly kernel: Kernel;
  readonly store: Store;
  /** Hears what happens, after each step. */
  readonly on: (listen: (event: PbxEvent) => void) => void;
}

/** A part of the exchange that stands on pbx alone. */
export interface Feature {
  readonly name: string;
  /** The extensions it brings, on the numbers it is given. */
  extensions(context: FeatureContext, builder: DialplanBuilder): void;
}
