import { reachable, remoteOf, rtcpOf } from './answer.ts';
import { type AgreedCrypto, answeredCrypto, cryptoLines, isSecure, offeredCrypto, readCryptoAnswer } from './crypto.ts';
import { meet, receives, sends } from './direction.ts';
import { multiplexes } from './sections.ts';
import type { Agreement, Attribute, Direction, Line, LocalCrypto, Media } from './types.ts';

/** Streams that are passed on from one leg to another as they are. */
export type PassedKind = 'video' | 'text';

/** A payload number, and a name for its format that is the same on all legs. */
export interface PassedFormat {
  readonly payload: number;
  readonly format: string;
}

/** What offer and answer come to for such a stream, seen from our side. */
export interface Passed {
  readonly remote: Agreement['remote'];
  readonly rtcp: Agreement['rtcp'];
  /** By the peer's numbers, and by those that we told it. Empty: nothing, as the directions say. */
  readonly send: readonly PassedFormat[];
  readonly receive: readonly PassedFormat[];
  readonly crypto: AgreedCrypto | undefined;
  /** Hz. */
  readonly clock: number;
  /** How the peer is asked for a key frame. */
  readonly asked: 'pli' | 'fir';
  /** Ours. */
  readonly direction: Direction;
}

/** What we bring to one. */
export interface LocalPassed {
  readonly port: number;
  readonly crypto: LocalCrypto | undefined;
}

const PROFILES = new Set(['RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF']);
const CLOCK: Readonly<Record<PassedKind, number>> = { video: 90_000, text: 1000 };
/** Attributes that mean the same on every leg. What names numbers of the RTP header, ports or addresses is not among them. */
const KEPT = new Set(['content', 'label', 'framerate', 'quality', 'lang']);
/** Those that begin with the number of a format, or with `*`. */
const OF_FORMATS = new Set(['rtpmap', 'fmtp', 'rtcp-fb', 'imageattr']);
/** They name sequence numbers, which are ours on each leg, or come as a source beside (RFC 4588, RFC 5109, RFC 8627). */
const NUMBERED = /^(rtx|ulpfec|flexfec|flexfec-03|parityfec|1d-interleaved-parityfec)$/;

/** What kind of stream this is, if it can be passed on: plain RTP or with keys in SDP, with a format; undefined: it cannot. */
export function passedKind(media: Media): PassedKind | undefined {
  const { type, port, protocol } = media;
  if ((type !== 'video' && type !== 'text') || port === 0 || !PROFILES.has(protocol)) return undefined;
  return formatsOf(media, type).length > 0 ? type : undefined;
}

interface Format extends PassedFormat {
  readonly number: string;
}

/** The formats that can be passed on, in their order; of two that are alike the first counts. */
function formatsOf(media: Media, kind: PassedKind): readonly Format[] {
  const found: Format[] = [];
  for (const number of media.formats) {
    const format = /^\d{1,3}$/.test(number) && Number(number) < 128 ? nameOf(media, number, kind) : undefined;
    if (format !== undefined && !found.some((one) => one.format === format))
      found.push({ payload: Number(number), number, format });
  }
  return found;
}

/** Encoding and clock, and what makes two streams of one codec unlike each other; a static number stands for itself. */
function nameOf(media: Media, number: string, kind: PassedKind): string | undefined {
  const map = media.rtpmap.get(number);
  if (map === undefined) return Number(number) < 96 ? `#${number}` : undefined;
  const encoding = map.encoding.toLowerCase();
  // Video's redundancy is of repair packets, that of text is of the text before (RFC 4103 §4).
  if (NUMBERED.test(encoding) || (encoding === 'red' && kind === 'video')) return undefined;
  const parameters = media.fmtp.get(number) ?? '';
  return [`${encoding}/${map.clock}`, ...distinctions(encoding, parameters)].join(';');
}

function distinctions(encoding: string, parameters: string): readonly string[] {
  const value = (name: string): string => new RegExp(`(?:^|[;\\s])${name}=([^;\\s]*)`, 'i').exec(parameters)?.[1] ?? '';
  switch (encoding) {
    // RFC 6184 §8.2.2: profile and packetization mode are symmetric, the level is not; phones differ in its constraints.
    case 'h264':
      return [value('profile-level-id').slice(0, 2).toLowerCase(), value('packetization-mode') || '0'];
    case 'h265':
      return [value('profile-id') || '1', value('tx-mode').toLowerCase()];
    case 'vp9':
      return [value('profile-id') || '0'];
    case 'av1':
      return [value('profile') || '0'];
    // Its packets name the numbers inside it.
    case 'red':
      return [parameters];
    default:
      return [];
  }
}

/** Our offer of a stream on one leg, as the peer of another, or what it says now, has it: its formats by its own numbers. */
export function passedOffer(
  model: Media,
  local: LocalPassed,
  slot: Media | undefined,
  peer?: Media,
): readonly Line[] | undefined {
  const kind = passedKind(model);
  if (kind === undefined) return undefined;
  const live = slot === undefined || slot.port === 0 ? undefined : slot;
  const numbers = numbered(formatsOf(model, kind), kind, [slot, peer]);
  const crypto = offeredCrypto(local.crypto, live);
  const secure = live === undefined ? local.crypto?.policy === 'required' : isSecure(live);
  const mux = live !== undefined && multiplexes(live);
  return section(model, numbers, local.port, profile(model, secure), model.direction, mux, crypto);
}

/** The model's numbers, but for those that mean something else on this leg already (RFC 3264 §8.3.2). */
function numbered(
  formats: readonly Format[],
  kind: PassedKind,
  bound: readonly (Media | undefined)[],
): ReadonlyMap<string, string> {
  const known = bound.flatMap((media) => (media === undefined ? [] : formatsOf(media, kind)));
  const taken = new Set([
    ...bound.flatMap((media) => [...(media?.rtpmap.keys() ?? [])]),
    ...formats.map(({ number }) => number),
  ]);
  const numbers = new Map<string, string>();
  for (const { format, number } of formats) {
    const before = known.find((one) => one.format === format)?.number;
    const other =
      bound.some((media) => media?.rtpmap.has(number)) &&
      !known.some((one) => one.number === number && one.format === format);
    const chosen = before ?? (other ? free(taken) : number);
    if (chosen === undefined || [...numbers.values()].includes(chosen)) continue;
    taken.add(chosen);
    numbers.set(number, chosen);
  }
  return numbers;
}

function free(taken: ReadonlySet<string>): string | undefined {
  for (let payload = 96; payload <= 127; payload += 1) if (!taken.has(String(payload))) return String(payload);
  return undefined;
}

/**
 * Our answer to a peer's offer of a stream, with what the peer of another leg says about it: the formats of both by the
 * offer's numbers; undefined: it is refused.
 */
export function passedAnswer(theirs: Media, model: Media, local: LocalPassed): readonly Line[] | undefined {
  const kind = passedKind(theirs);
  if (kind === undefined || passedKind(model) !== kind) return undefined;
  const crypto = answeredCrypto(local.crypto, theirs);
  const secure = isSecure(theirs);
  if (crypto === undefined && (secure || local.crypto?.policy === 'required')) return undefined;
  const numbers = matched(formatsOf(model, kind), theirs, formatsOf(theirs, kind));
  if (numbers.size === 0) return undefined;
  const direction = meet(reachable(theirs), model.direction);
  const lines = crypto === undefined ? [] : [crypto.line];
  return section(model, numbers, local.port, theirs.protocol, direction, multiplexes(theirs), lines);
}

/** For each of their formats that the model has: the model's number → theirs. One number and encoding means the same format. */
function matched(formats: readonly Format[], theirs: Media, offered: readonly Format[]): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  const encoding = (media: Media, number: string): string | undefined =>
    media.rtpmap.get(number)?.encoding.toLowerCase();
  for (const { format, number } of formats) {
    const same = offered.find((one) => one.format === format);
    const named = offered.find((one) => one.number === number && format.startsWith(`${encoding(theirs, number)}/`));
    const found = same ?? named;
    if (found !== undefined && ![...numbers.values()].includes(found.number)) numbers.set(number, found.number);
  }
  return numbers;
}

function profile({ protocol }: Media, secure: boolean): string {
  return `RTP/${secure ? 'S' : ''}AVP${protocol.endsWith('F') ? 'F' : ''}`;
}

function section(
  model: Media,
  numbers: ReadonlyMap<string, string>,
  port: number,
  protocol: string,
  direction: Direction,
  mux: boolean,
  crypto: readonly Line[],
): readonly Line[] {
  const bandwidth = model.lines.filter(({ type }) => type === 'b');
  const attribute = (value: string): Line => ({ type: 'a', value });
  return [
    { type: 'm', value: [model.type, port, protocol, ...numbers.values()].join(' ') },
    ...bandwidth,
    ...model.attributes.flatMap((one) => kept(one, numbers)).map(attribute),
    ...(mux ? [attribute('rtcp-mux')] : []),
    ...crypto,
    attribute(direction),
  ];
}

/** What is said of formats that are kept, under their numbers; and what means the same on every leg. */
function kept({ name, value }: Attribute, numbers: ReadonlyMap<string, string>): readonly string[] {
  if (KEPT.has(name)) return [value === undefined ? name : `${name}:${value}`];
  if (!OF_FORMATS.has(name)) return [];
  const [number = '', ...rest] = (value ?? '').trim().split(' ');
  const mapped = number === '*' ? '*' : numbers.get(number);
  return mapped === undefined ? [] : [`${name}:${[mapped, ...rest].join(' ')}`];
}

/** What a stream comes to; undefined: one side refused it, or it is not protected as it should be. */
export function readPassed(
  ours: Media,
  theirs: Media,
  offerer: 'us' | 'peer',
  crypto: LocalCrypto | undefined,
): Passed | undefined {
  const kind = passedKind(theirs);
  if (kind === undefined || passedKind(ours) !== kind) return undefined;
  const agreed = offerer === 'us' ? readCryptoAnswer(ours, theirs) : ownAnswer(ours, theirs);
  const bare = agreed === undefined;
  if (bare && (isSecure(ours) || isSecure(theirs) || crypto?.policy === 'required')) return undefined;
  const formats = agreedFormats(kind, ours, theirs, offerer);
  if (formats.length === 0) return undefined;
  const direction = meet(ours.direction, reachable(theirs));
  return {
    remote: remoteOf(theirs),
    rtcp: rtcpOf(theirs, multiplexes(ours) && multiplexes(theirs)),
    send: sends(direction) ? formats.map(({ format, theirs: payload }) => ({ format, payload })) : [],
    receive: receives(direction) ? formats.map(({ format, ours: payload }) => ({ format, payload })) : [],
    crypto: agreed,
    clock: theirs.rtpmap.get(theirs.formats[0] ?? '')?.clock ?? CLOCK[kind],
    asked: onlyFir(theirs) ? 'fir' : 'pli',
    direction,
  };
}

/** By the names that they have in the offer: an answer may say other parameters beside its number. */
function agreedFormats(
  kind: PassedKind,
  ours: Media,
  theirs: Media,
  offerer: 'us' | 'peer',
): readonly { readonly format: string; readonly ours: number; readonly theirs: number }[] {
  const known = formatsOf(ours, kind);
  const said = formatsOf(theirs, kind);
  return [...matched(said, ours, known)].flatMap(([number, own]) => {
    const named =
      offerer === 'us' ? known.find((one) => one.number === own) : said.find((one) => one.number === number);
    return named === undefined ? [] : [{ format: named.format, ours: Number(own), theirs: Number(number) }];
  });
}

/** Our answer names the peer's line that it takes. */
function ownAnswer(ours: Media, theirs: Media): AgreedCrypto | undefined {
  const [answer] = cryptoLines(ours);
  const offered = cryptoLines(theirs).find(({ tag }) => tag === answer?.tag);
  return answer && offered && { send: answer.key, receive: offered.key };
}

function onlyFir({ attributes }: Media): boolean {
  const feedback = attributes.flatMap(({ name, value = '' }) => (name === 'rtcp-fb' ? [value] : []));
  return feedback.some((value) => value.endsWith('ccm fir')) && !feedback.some((value) => value.endsWith('nack pli'));
}
