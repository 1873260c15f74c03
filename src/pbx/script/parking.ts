import type { Call } from './call.ts';
import type { Running } from './running.ts';

export interface ParkOptions {
  /** The account that is rung when nobody has taken him back in time; unless said, whoever sent him here. */
  readonly by?: string;
  /** Whether he hears the space; true unless said. */
  readonly announce?: boolean;
}

/**
 * What became of somebody who was parked: whom he belongs to was rung and has talked to him; nobody wanted him; or there was no room:
 * the space is taken (`busy`) or is none (`unknown`), all are taken (`full`), or there is no parking here (`none`).
 */
export type Parked =
  | { readonly kind: 'returned' | 'unclaimed'; readonly space: string }
  | { readonly kind: 'refused'; readonly why: 'busy' | 'unknown' | 'full' | 'none' };

/** Parks a caller, for a script. */
export type Park = (call: Call, space: string | undefined, options: ParkOptions) => Promise<Parked>;

/** The `park` of a script. */
export async function park(
  at: Running,
  call: Call,
  space: string | undefined,
  options: ParkOptions = {},
): Promise<Parked> {
  if (at.over) return at.verb<never>(() => undefined);
  const parking = at.around.parking();
  return parking === undefined ? { kind: 'refused', why: 'none' } : parking(call, space, options);
}
