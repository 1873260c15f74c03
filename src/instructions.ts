import { APPLICATIONS, conference, forward, parking } from './features/index.ts';
import type { DialplanBuilder, ExchangeConfig, Feature, Settings } from './pbx/index.ts';

/** What an exchange does, as it can be told anew while it runs. */
export interface Instructions {
  readonly config: ExchangeConfig;
  readonly features: readonly Feature[];
  /** Rules besides the features' extensions. */
  readonly rules: (builder: DialplanBuilder) => void;
}

/** What an exchange follows that was made of a configuration; `here` says which exchange it is. */
export function instructions(
  { exchange, rules, rooms, starCodes, parking: spaces, applications }: Settings,
  here: Pick<ExchangeConfig, 'version' | 'node'>,
): Instructions {
  const features: readonly Feature[] = [
    { name: 'applications', applications: () => ({ ...APPLICATIONS, ...applications }) },
    ...Object.entries(rooms).map(([number, options]) => conference(number, options)),
    ...(starCodes ? [forward()] : []),
    ...(spaces === undefined ? [] : [parking(spaces)]),
  ];
  return { config: { ...exchange, ...here }, features, rules };
}
