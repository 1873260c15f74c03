import {
  type Application,
  type Dialplan,
  dialplan,
  type FeatureContext,
  type Park,
  type PbxEvent,
} from './pbx/index.ts';
import type { Instructions } from './instructions.ts';

/** The dialplan of some instructions, and the features that listen. */
export interface Following {
  readonly plan: Dialplan;
  /** By the names that features give them. */
  readonly applications: ReadonlyMap<string, Application<never, unknown>>;
  readonly park: Park | undefined;
  readonly listeners: readonly ((event: PbxEvent) => void)[];
}

/** Throws a RangeError for a dialplan, or applications, that cannot be told apart. */
export function follow({ rules, features }: Instructions, context: Omit<FeatureContext, 'on'>): Following {
  const listeners: ((event: PbxEvent) => void)[] = [];
  const own: FeatureContext = { ...context, on: (listen) => void listeners.push(listen) };
  const plan = dialplan((builder) => {
    rules(builder);
    for (const feature of features) feature.extensions?.(own, builder);
  });
  const [park] = features.flatMap((feature) => feature.parks?.(own) ?? []);
  return { plan, listeners, park, applications: named(features.flatMap((one) => namesIn(one.applications?.(own)))) };
}

type Named = readonly [string, Application<never, unknown>];

function namesIn(applications: Readonly<Record<string, Application<never, unknown>>> = {}): readonly Named[] {
  return Object.entries(applications);
}

function named(all: readonly Named[]): ReadonlyMap<string, Application<never, unknown>> {
  const map = new Map(all);
  const twice = all.find(([name, application]) => map.get(name) !== application);
  if (twice !== undefined) throw new RangeError(`two applications are named '${twice[0]}'`);
  return map;
}
