/**
 * What it costs to read a message: ours and three of npm's, the same octets. `node bench/parse.ts` prints rows as JSON. The
 * others are given text (decoded outside the measurement) where they do not take octets.
 */
import { createRequire } from 'node:module';
import { createLiveKernel } from '../src/node/clock.ts';
import { type Message, parse, print } from '../src/sip/message/index.ts';
import { INVITE } from './invite.ts';
import { cpuOf, type Row, tell } from './measure.ts';

/** Their packages tell no types for these. */
interface Others {
  readonly sip: { parse(text: string): { headers: Record<string, unknown> } | undefined };
  readonly jssip: { parseMessage(text: string, ua: unknown): { from?: unknown } | undefined };
  readonly sipjs: { Parser: { parseMessage(text: string, logger: unknown): { from?: unknown } | undefined } };
}

const require = createRequire(import.meta.url);
const others: Others = {
  sip: require('sip') as Others['sip'],
  jssip: require('jssip/lib/Parser.js') as Others['jssip'],
  sipjs: await import('sip.js/lib/core/messages/parser.js'),
};
// Decoding text goes through Buffer once a live kernel was made.
createLiveKernel({ onFault: () => undefined });

const octets = Buffer.from(INVITE, 'latin1');
const silent = { log: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined };

function read(): Message {
  const message = parse(octets);
  if (message.kind === 'malformed') throw new Error(message.why);
  return message;
}

/** The fields that every transaction and dialog asks for. */
function decode(): number {
  const { via, from, to, cseq, contacts } = read();
  return via.branch.length + from.params.size + to.uri.user.length + cseq.number + contacts.length;
}

function theirs(found: unknown): void {
  if (found === undefined) throw new Error('one of the others cannot read it');
}

const sip = cpuOf(() => theirs(others.sip.parse(INVITE)?.headers['via']));
const jssip = cpuOf(() => theirs(others.jssip.parseMessage(INVITE, {})?.from));
const sipjs = cpuOf(() => theirs(others.sipjs.Parser.parseMessage(INVITE, silent)?.from));
const message = read();
const beside = `sip ${rate(sip)}, jssip ${rate(jssip)}, sip.js ${rate(sipjs)}`;

tell([
  row('parse a 678-byte INVITE', cpuOf(read), '', '≥ 400 k/s'),
  row('… with Via, From, To, CSeq, Contact', cpuOf(decode), beside, '≥ 150 k/s'),
  row(
    'print it',
    cpuOf(() => print(message)),
    '',
    '',
  ),
]);

function row(operation: string, us: number, against: string, atMost: string): Row {
  return { operation, measured: `${rate(us)} = ${us.toFixed(2)} µs`, beside: against, atMost };
}

function rate(us: number): string {
  return `${(1000 / us).toFixed(0)} k/s`;
}
