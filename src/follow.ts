import { type Dialplan, dialplan, type FeatureContext, type PbxEvent } from './pbx/index.ts';
import type { Instructions } from './instructions.ts';

/** The dialplan of some instructions, and the features that listen. */
export interface Following {
  readonly plan: Dialplan;
  readonly listeners: readonly ((event: PbxEvent) => void)[];
}

/** Throws a RangeError for a dialplan that cannot be told apart. */
export function follow({ rules, features }: Instructions, context: Omit<FeatureContext, 'on'>): Following {
  const listeners: ((event: PbxEvent) => void)[] = [];
  const plan = dialplan((builder) => {
    rules(builder);
    for (const feature of features)
      feature.extensions?.({ ...context, on: (listen) => void listeners.push(listen) }, builder);
  });
  return { plan, listeners };
}
