import { fromBase64 } from '../kernel/index.ts';
import type { Line, LocalCrypto, Media, SrtpKey, SuiteName } from './types.ts';

/** Octets of master key and salt (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.2). */
const OCTETS: Readonly<Record<SuiteName, number>> = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AES_256_CM_HMAC_SHA1_80: 46,
  AES_256_CM_HMAC_SHA1_32: 46,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
};

/** What we offer: what every phone knows comes first; few, because an INVITE should fit into a datagram. */
const OFFERED: readonly SuiteName[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM'];
/** More lines of one stream than this are not read. */
const MOST = 32;

/** A crypto attribute that can be used. */
export interface CryptoLine {
  readonly tag: string;
  readonly key: SrtpKey;
}

/** Octets of master key and salt that a suite takes. */
export function keyOctets(suite: SuiteName): number {
  return OCTETS[suite];
}

/** A stream's crypto attributes that can be used, in order; of two with one tag the first counts. */
export function cryptoLines(media: Media | undefined): readonly CryptoLine[] {
  const values = media?.attributes.filter(({ name }) => name === 'crypto').slice(0, MOST) ?? [];
  const lines = values.flatMap(({ value = '' }) => readCrypto(value) ?? []);
  return lines.filter(({ tag }, at) => lines.findIndex((one) => one.tag === tag) === at);
}

/** `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31|1:4 WSH=64` (RFC 4568 §9.1). */
function readCrypto(value: string): CryptoLine | undefined {
  const [tag = '', suite = '', keys = '', ...session] = value.trim().split(/[ \t]+/);
  if (!/^\d{1,9}$/.test(tag) || !isSuite(suite) || !session.every(isHarmless)) return undefined;
  const key = readKey(suite, keys);
  return key && { tag: String(Number(tag)), key };
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(OCTETS, name);
}

/** One that must be understood and is not makes the line useless (RFC 4568 §6.3.7). */
function isHarmless(parameter: string): boolean {
  return parameter.startsWith('-') || /^WSH=\d+$/.test(parameter);
}

/** One master key; of several each would need a name in the packets, and nobody offers them. */
function readKey(suite: SuiteName, text: string): SrtpKey | undefined {
  const match = /^inline:([A-Za-z\d+/]+={0,2})((?:\|[\d^:]+){0,2})$/i.exec(text);
  if (match === null || fromBase64(match[1] ?? '')?.length !== OCTETS[suite]) return undefined;
  const [lifetime, name, ...more] = ordered((match[2] ?? '').split('|').slice(1));
  if (more.length > 0 || (lifetime !== undefined && !isLifetime(lifetime))) return undefined;
  const key = { suite, key: match[1] ?? '' };
  if (name === undefined) return key;
  const mki = readMki(name);
  return mki === undefined ? undefined : { ...key, mki };
}

/** Lifetime and MKI may each be left out; the colon tells which it is. */
function ordered(parts: readonly string[]): readonly (string | undefined)[] {
  const [only] = parts;
  return parts.length === 1 && only?.includes(':') === true ? [undefined, only] : parts;
}

/** Packets, or a power of two of them: 2^48 of SRTP at most, at least one (RFC 4568 §6.1). */
function isLifetime(text: string): boolean {
  const power = /^2\^(\d{1,2})$/.exec(text);
  if (power !== null) return Number(power[1]) <= 48;
  return /^\d{1,15}$/.test(text) && Number(text) >= 1 && Number(text) <= 2 ** 48;
}

/** `value:octets`, as the hex that its packets carry. */
function readMki(text: string): string | undefined {
  const [value = '', length = ''] = text.split(':');
  if (!/^\d{1,300}$/.test(value) || !/^\d{1,3}$/.test(length) || Number(length) < 1 || Number(length) > 128)
    return undefined;
  const octets = BigInt(value)
    .toString(16)
    .padStart(Number(length) * 2, '0');
  return octets.length === Number(length) * 2 ? octets : undefined;
}

/** Our line under a tag. */
export function cryptoLine({ tag, key }: CryptoLine): Line {
  return { type: 'a', value: `crypto:${tag} ${key.suite} inline:${key.key}` };
}

/** What a stream of ours is offered with: as before once there was an offer, else every suite with a key of its own. */
export function offeredCrypto(local: LocalCrypto | undefined, slot: Media | undefined): readonly Line[] {
  if (slot !== undefined) return cryptoLines(slot).map(cryptoLine);
  if (local === undefined || local.policy === 'off') return [];
  return OFFERED.map((suite, at) =>
    cryptoLine({ tag: String(at + 1), key: { suite, key: local.keyOf(suite, undefined) } }),
  );
}

/** How a stream is protected both ways. */
export interface AgreedCrypto {
  readonly send: SrtpKey;
  readonly receive: SrtpKey;
}

/** The answer to a stream's first crypto attribute that we know: our line, and what it comes to. */
export function answeredCrypto(
  local: LocalCrypto | undefined,
  theirs: Media,
): { readonly line: Line; readonly agreed: AgreedCrypto } | undefined {
  const [first] = local === undefined || local.policy === 'off' ? [] : cryptoLines(theirs);
  if (local === undefined || first === undefined) return undefined;
  const { suite } = first.key;
  const send = { suite, key: local.keyOf(suite, first.key.key) };
  return { line: cryptoLine({ tag: first.tag, key: send }), agreed: { send, receive: first.key } };
}

/** What an answer to our lines comes to: it names one of them by tag and suite (RFC 4568 §5.1.3). */
export function readCryptoAnswer(ours: Media, theirs: Media): AgreedCrypto | undefined {
  const [answer] = cryptoLines(theirs);
  const offered = cryptoLines(ours).find(({ tag, key }) => tag === answer?.tag && key.suite === answer.key.suite);
  return answer && offered && { send: offered.key, receive: answer.key };
}

/** Whether an m= line says that its RTP is protected by keys in the description (RFC 4568 §5.1). */
export function isSecure({ protocol }: Media): boolean {
  return protocol === 'RTP/SAVP' || protocol === 'RTP/SAVPF';
}
