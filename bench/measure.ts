/** One line of the table. */
export interface Row {
  readonly operation: string;
  /** What it costs here, with its unit. */
  readonly measured: string;
  /** Against whom, in the same run; '' when alone. */
  readonly beside: string;
  /** What the project asks of itself; '' when nothing. */
  readonly atMost: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Median CPU time of one call in µs, over `rounds` of about `ms` each, after as much again to warm up. */
export function cpuOf(act: () => unknown, rounds = 9, ms = 300): number {
  const times = perRound(act, ms);
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) act();
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / times);
  }
  return median(samples);
}

function perRound(act: () => unknown, ms: number): number {
  let times = 0;
  for (const until = performance.now() + ms; performance.now() < until; times += 50) {
    for (let time = 0; time < 50; time += 1) act();
  }
  return times;
}

/** Prints rows for the process that started this one. */
export function tell(rows: readonly Row[]): void {
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}
