import { readFileSync } from 'node:fs';

/** One line of the table. */
export interface Row {
  readonly operation: string;
  /** What it costs here, with its unit. */
  readonly measured: string;
  /** Against whom, in the same run; '' when alone. */
  readonly beside: string;
  /** What the project asks of itself; '' when nothing. */
  readonly atMost: string;
  /** Whether it is as asked; left out: the first numbers of both are compared. */
  readonly holds?: boolean;
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

/** CPU time a process and its children have used, in ms. Its threads that have ended count. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return ticks * MS_PER_TICK;
}

/** USER_HZ of Linux. */
const MS_PER_TICK = 10;

/** 'holds' or 'missed'; '' when nothing is asked. Of several numbers the first counts. */
export function verdict({ measured, atMost, holds }: Row): string {
  if (atMost === '') return '';
  const [is, limit] = [numberIn(measured), numberIn(atMost)];
  const kept = holds ?? (atMost.startsWith('≥') ? is >= limit : is <= limit);
  return kept ? 'holds' : 'missed';
}

function numberIn(text: string): number {
  return Number(/\d[\d,]*(\.\d+)?/.exec(text)?.[0].replaceAll(',', ''));
}
