import { escapeUser, type Field, parseNameAddr, type Request } from '../sip/message/index.ts';
import { display } from '../kernel/index.ts';

/** Why a call was sent on, in the words of RFC 5806 §5. */
export type DivertedFor = 'unconditional' | 'user-busy' | 'no-answer' | 'unavailable' | 'deflection' | 'do-not-disturb';

/** An account that sent a call on. */
export interface Diverted {
  readonly number: string;
  readonly reason: DivertedFor;
}

/** What a trusted peer says of those who sent the call on before it came to us. */
export interface Brought {
  /** Diversion values, the last who sent it on first. */
  readonly diversion: readonly string[];
  /** History-Info values, the oldest first. */
  readonly history: readonly string[];
}

/** RFC 7544 §6.2. */
const CAUSE_PARAMS: Readonly<Record<DivertedFor, number>> = {
  unconditional: 302,
  'user-busy': 486,
  'no-answer': 408,
  unavailable: 503,
  deflection: 480,
  'do-not-disturb': 404,
};

/** What the phone itself had answered, where it had (RFC 7044 §10.2). */
const ANSWERED: Readonly<Partial<Record<DivertedFor, number>>> = {
  deflection: 302,
  'user-busy': 486,
  'no-answer': 408,
};

/** So many values are taken over: what is longer would only fill the INVITE. */
const MOST = 10;

export function broughtIn({ headers }: Request): Brought | undefined {
  const diversion = headers.list('Diversion').filter(isNameAddr).slice(0, MOST);
  const history = headers.list('History-Info').filter(isNameAddr).slice(0, MOST);
  return diversion.length + history.length === 0 ? undefined : { diversion, history };
}

/** Whom a peer's headers name as having sent the call on. */
export function numbersBrought(brought: Brought | undefined): readonly string[] {
  return (brought?.diversion ?? []).flatMap((value) => {
    const uri = parseNameAddr(value)?.uri;
    return uri === undefined ? [] : [display(uri.user)];
  });
}

/**
 * Says who sent the call on and why, twice: phones read one header or the other. `path`: the last one first; `to`: whom it is
 * sent to. Nothing is said of a call that nobody sent on.
 */
export function divertedFields(
  path: readonly Diverted[],
  to: string,
  host: string,
  brought?: Brought,
): readonly Field[] {
  const diversion = path.map(({ number, reason }) => `<${uriOf(number, host)}>;reason=${reason}`);
  const all = [...diversion, ...(brought?.diversion ?? [])];
  return [
    ...all.map((value): Field => ['Diversion', value]),
    ...historyOf(path, to, host, brought?.history ?? []).map((value): Field => ['History-Info', value]),
  ];
}

/** RFC 7044 §9: each target's entry one deeper than that of who sent the call there, the oldest first. */
function historyOf(path: readonly Diverted[], to: string, host: string, before: readonly string[]): readonly string[] {
  if (path.length === 0) return before;
  const oldest = path.toReversed();
  const known = indexOf(before.at(-1));
  const entries = [...oldest.map(({ number }) => number), to].map((number, depth) => {
    const came = oldest[depth - 1];
    const index = `${known ?? '1'}${'.1'.repeat(depth)}`;
    const cause = came === undefined ? '' : `;cause=${CAUSE_PARAMS[came.reason]}`;
    const from = came === undefined ? '' : `;mp=${index.slice(0, -'.1'.length)}`;
    return `<${uriOf(number, host)}${cause}${reasonIn(oldest[depth])}>;index=${index}${from}`;
  });
  // The peer's last entry is that of the number which it called.
  return known === undefined ? entries : [...before, ...entries.slice(1)];
}

function reasonIn(left: Diverted | undefined): string {
  const status = left === undefined ? undefined : ANSWERED[left.reason];
  return status === undefined ? '' : `?Reason=SIP%3Bcause%3D${status}`;
}

function indexOf(entry: string | undefined): string | undefined {
  return /;\s*index=(\d+(?:\.\d+)*)/i.exec(entry ?? '')?.[1];
}

function uriOf(number: string, host: string): string {
  return `sip:${escapeUser(number)}@${host}`;
}

function isNameAddr(value: string): boolean {
  return value.length <= 500 && parseNameAddr(value) !== undefined;
}
