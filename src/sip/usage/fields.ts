import type { Field, Message, Request } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';
import { type Part, partsOf } from './multipart.ts';
import type { AgentOptions } from './types.ts';

export const sdpType = 'application/sdp';
/** What we read, as Accept says it. */
export const accepted = `${sdpType}, multipart/mixed`;

/** What we can do, told in dialog-forming messages and to OPTIONS (RFC 3261 §13.2.1, §13.3.1.4, §11.2). */
export function capabilities({ allow, supported = [] }: AgentOptions): readonly Field[] {
  const methods: Field = ['Allow', allow.join(', ')];
  return supported.length === 0 ? [methods] : [methods, ['Supported', supported.join(', ')]];
}

/** {@link capabilities}, and the Info Packages: an INVITE and its responses tell those too (RFC 6086 §5.2). */
export function inviteCapabilities(options: AgentOptions): readonly Field[] {
  return [...capabilities(options), ...recvInfo(options)];
}

export function recvInfo({ infoPackages = [] }: AgentOptions): readonly Field[] {
  return infoPackages.length === 0 ? [] : [['Recv-Info', infoPackages.join(', ')]];
}

/** `met`: the URI by which the peer is met, and Route values; a sips URI wants one in return (RFC 3261 §8.1.1.8). */
export function contactField(
  options: AgentOptions,
  flow: Flow,
  met: string,
  route: readonly string[] = [],
  focus = false,
): Field {
  const secure = isSecure(met) || /^[^<]*<sips:/i.test(route[0] ?? '');
  return ['Contact', ourContact(options.contact(flow, secure), focus)];
}

/** RFC 4579 §5.1. */
export function ourContact(uri: string, focus: boolean): string {
  return focus ? `<${uri}>;isfocus` : `<${uri}>`;
}

/** §12.1.1: what a request says of how its dialog is to be secured. */
export function answersSecurely(request: Request): boolean {
  const [recorded] = request.headers.list('Record-Route');
  if (isSecure(request.uriText)) return true;
  return recorded === undefined ? request.contacts[0]?.uri.scheme === 'sips' : /^[^<]*<sips:/i.test(recorded);
}

function isSecure(uri: string): boolean {
  return /^sips:/i.test(uri);
}

export function sdpFields(sdp: Uint8Array | undefined): readonly Field[] {
  return sdp === undefined ? [] : [['Content-Type', sdpType]];
}

/** The session description a message carries, alone or as a part (RFC 5621 §3). */
export function sdpOf(message: Message): Uint8Array | undefined {
  if (message.body.length === 0) return undefined;
  const type = contentType(message);
  if (type === sdpType) return message.body;
  return type.startsWith('multipart/') ? sessionPart(partsOf(message)) : undefined;
}

function sessionPart(parts: readonly Part[] | undefined): Uint8Array | undefined {
  return parts?.find(({ type, disposition }) => type === sdpType && ['', 'session'].includes(disposition))?.body;
}

/** The media type of the body without parameters, in lower case; '' when none is named. */
export function contentType(message: Message): string {
  return firstWord(message.headers.get('Content-Type'));
}

/** A value before its parameters, in lower case. */
export function firstWord(value = ''): string {
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Why a BYE of our own making is sent (RFC 3326). */
export function because(status: number, text: string): readonly Field[] {
  return [['Reason', `SIP;cause=${status};text="${text}"`]];
}

/** The methods of the Allow header in upper case; undefined when there is none. */
export function allowOf(message: Message): ReadonlySet<string> | undefined {
  if (!message.headers.has('Allow')) return undefined;
  return new Set(message.headers.list('Allow').map((method) => method.toUpperCase()));
}

/** The packages of the Recv-Info header (RFC 6086 §4.2.1: `nil` is none) in lower case; undefined when there is none. */
export function infoOf(message: Message): ReadonlySet<string> | undefined {
  if (!message.headers.has('Recv-Info')) return undefined;
  const packages = message.headers.list('Recv-Info').map(firstWord);
  return new Set(packages.filter((name) => name !== 'nil' && name !== ''));
}

/** Whether a list header (Supported, Require) names this tag. */
export function names(message: Message, header: string, tag: string): boolean {
  return message.headers.list(header).some((one) => one.toLowerCase() === tag);
}

/** A header that is a whole number of seconds, or starts with one; undefined when it is absent or not. */
export function wholeNumber(message: Message, header: string): number | undefined {
  const digits = /^\d{1,10}(?=\s*(?:;|$|\())/.exec(message.headers.get(header)?.trim() ?? '');
  return digits === null ? undefined : Number(digits[0]);
}
