/** Durations at the user's edge: '250ms', '20s', '5m', '1h'. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** In milliseconds. Throws a RangeError that names what is wrong: durations are written by dialplans, not by the network. */
export function milliseconds(duration: Duration): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration) ?? [];
  if (count === undefined || !isUnit(unit)) throw new RangeError(`'${duration}' is not a duration like '20s'`);
  return Number(count) * UNITS[unit];
}

function isUnit(unit: string | undefined): unit is keyof typeof UNITS {
  return unit !== undefined && unit in UNITS;
}
