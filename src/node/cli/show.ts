import type { contract } from '../../api/index.ts';
import { columns, lasting } from './columns.ts';

/** The answers as people read them; `now` is wall milliseconds. */
export function showStatus(status: contract.Status, now: number): string {
  return columns([
    [`Strowger ${status.version}`, `up ${lasting(now - status.startedAt)}`],
    ['phones', `${status.registrations} registered, ${status.accounts} accounts`],
    ['calls', status.calls],
    ['open', census(status.scene)],
    ['house', census(status.house)],
    ['faults', status.faults],
  ]);
}

export function showCalls(calls: readonly contract.Call[], now: number): string {
  if (calls.length === 0) return 'No calls in progress.\n';
  const rows = calls.map((call) => [call.id, who(call.from), call.dialed, lasting(now - call.since), legs(call)]);
  return columns([['ID', 'FROM', 'DIALED', 'SINCE', 'LEGS'], ...rows]);
}

export function showRecords(records: readonly contract.CallRecord[], now: number): string {
  if (records.length === 0) return 'No calls yet.\n';
  const rows = records.map((one) => [
    `${lasting(now - one.endedAt)} ago`,
    who(one.from),
    one.dialed,
    one.answeredBy === undefined ? '-' : who(one.answeredBy),
    one.answeredAt === undefined ? '-' : lasting(one.endedAt - one.answeredAt),
    `${one.status} ${one.reasonPhrase}`,
  ]);
  return columns([['ENDED', 'FROM', 'DIALED', 'ANSWERED BY', 'TALKED', 'CAUSE'], ...rows]);
}

export function showRegistrations(registrations: readonly contract.Registration[], now: number): string {
  if (registrations.length === 0) return 'No phones are registered.\n';
  const rows = registrations.map((one) => [
    one.account,
    one.source,
    one.expiresAt === undefined ? 'never' : lasting(one.expiresAt - now),
    one.reach,
    one.userAgent === '' ? '-' : one.userAgent,
    one.contact,
  ]);
  return columns([['ACCOUNT', 'SOURCE', 'EXPIRES', 'REACH', 'PHONE', 'CONTACT'], ...rows]);
}

function legs({ legs: all }: contract.Call): string {
  return all.map((leg) => `${who(leg.party)} ${leg.state}${leg.held ? ', held' : ''}`).join('; ');
}

function who({ name, number }: contract.Party): string {
  return name === '' ? number : `${name} ${number}`.trimEnd();
}

function census(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`);
  return some.length === 0 ? 'nothing' : some.join(', ');
}
