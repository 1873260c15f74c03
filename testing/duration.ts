import { type Duration as Written, milliseconds } from '../src/pbx/duration.ts';

/** Milliseconds, or text for people: '200ms', '5s', '2m', '1h'. */
export type Duration = number | Written;

export function ms(duration: Duration): number {
  return typeof duration === 'number' ? duration : milliseconds(duration);
}
