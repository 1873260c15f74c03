import type { Instructions } from './exchange.ts';
import type { ExchangeConfig, Settings } from './pbx/index.ts';

/** What an exchange follows that was made of a configuration; `here` says which exchange it is. */
export function instructions(
  { exchange, rules }: Settings,
  here: Pick<ExchangeConfig, 'version' | 'node'>,
): Instructions {
  return { config: { ...exchange, ...here }, features: [], rules };
}
