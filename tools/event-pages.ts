import { readFileSync } from 'node:fs';
import type { PbxEvent } from '../src/pbx/index.ts';

/** What each event says; the type misses none. */
const SAYS: Readonly<Record<PbxEvent['event'], string>> = {
  registered: 'A phone registered, or refreshed its registration',
  unregistered: 'A phone took its registration back',
  expired: 'A registration ran out, for the phone did not refresh it',
  refused:
    'A request was refused; why, as nobody outside is told it. Once a minute for an address, with how many others were `untold`',
  'call.started': 'Somebody dialled',
  'call.unreachable': 'A dialled number could not be reached; why',
  'call.forwarded': 'The call went on to another number; why, in the words of RFC 5806',
  'parking.parked': 'Somebody was parked in a space; who, and by which number',
  'parking.retrieved': 'Who was parked in a space was taken back; who, and by which number',
  'parking.returned': 'Who was parked for too long is back with whoever had parked him',
  'call.answered': 'The call was answered; by whom',
  'call.ended': 'The call is over; why, and how many seconds after it was dialled',
  'conference.joined': 'Somebody came into a conference; who',
  'conference.left': 'Somebody left a conference; who',
  'conference.recorded': 'The recording of a conference has ended; its file, empty when it could not be written',
  'network.changed':
    'The address by which peers outside reach the exchange became known, or another; new calls name it',
  'flow.closed': 'A connection ended; whose, and why. At level debug, at most ten a second',
  'record.lost': 'The record of a call could not be written; why',
  'media.latched': 'Media of a phone came from elsewhere than it said, as behind a NAT, and are sent there',
  'media.strays':
    'Many packets at the port of a phone were not of its call and were dropped; why, and where the newest came from. At most once a minute. The call goes on',
  'program.failed': 'A program that a call was to be joined with is not reached, or broke off; why. The call goes on',
  'sound.missing':
    'A sound, or music, that was to be heard cannot be read, or not to its end; why. The call goes on without what is missing',
};

/** docs/events.md, its facts read off src/pbx/events.ts. */
export function events(): string {
  const source = readFileSync(new URL('../src/pbx/events.ts', import.meta.url), 'utf8');
  const facts = factsOf(source);
  const rows = Object.entries(SAYS).map(
    ([name, says]) =>
      `| \`${name}\` | ${says} | ${(facts.get(name) ?? []).map((fact) => `\`${fact}\``).join(', ')} |\n`,
  );
  return [
    '# Events\n\n',
    'What happens in the exchange, told after the step it happened in: to features by `on`, and to standard error as one JSON ',
    'object a line with `level`, `time`, `event` and the facts. The same `call` ties the lines of a call together.\n\n',
    '| event | what | facts |\n| --- | --- | --- |\n',
    ...rows,
    '\nThe log also has `fault` (a mistake of the exchange, contained: please report it with its `err`), `media.died` (the ',
    'process that carries audio ended; another takes its place for new calls), `store.failed` (the database cannot be used any ',
    'more: the exchange ends, for its supervisor to start it again), `watchdog.stuck`, `watchdog.recovered` and `watchdog.ended` (a script computes for ever), `api.refused` (somebody sent a token that is not valid; where from) and `told to end` with the signal. Passwords, hashes and digests are never ',
    'written.\n',
  ].join('');
}

/** The names of each event's facts: `readonly event: 'a' | 'b'; readonly fact: …;` between braces. */
function factsOf(source: string): Map<string, readonly string[]> {
  const facts = new Map<string, readonly string[]>();
  for (const [, body = ''] of source.matchAll(/\{([^{}]*\breadonly event:[^{}]*)\}/g)) {
    const names = [...body.matchAll(/readonly (\w+)\??:/g)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'event');
    const [, union = ''] = /readonly event:([^;]*);/.exec(body) ?? [];
    for (const [, event = ''] of union.matchAll(/'([^']+)'/g)) facts.set(event, names);
  }
  return facts;
}
