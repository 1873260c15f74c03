import type { Field, Request } from '../message/types.ts';
import { accepted, contentType, names, recvInfo, sdpType } from './fields.ts';
import { mayIgnore, partsOf } from './multipart.ts';
import type { AgentOptions } from './types.ts';

/** Why a request cannot be served as it is. */
export interface Objection {
  readonly status: number;
  readonly headers: readonly Field[];
}

/** The checks of RFC 3261 §8.2 that need no knowledge of a dialog; the method is checked by {@link notAllowed}. */
export function objection(request: Request, options: AgentOptions): Objection | undefined {
  return (
    tooLarge(request, options) ??
    wrongScheme(request) ??
    unsupported(request, options) ??
    lacking(request, options) ??
    unknownPackage(request, options) ??
    misplacedReplaces(request) ??
    unreadable(request)
  );
}

/** §8.2.1. */
export function notAllowed(request: Request, options: AgentOptions): Objection | undefined {
  if (options.allow.includes(request.method)) return undefined;
  return { status: 405, headers: [['Allow', options.allow.join(', ')]] };
}

/** §21.5.7. */
function tooLarge({ headers, uriText, body }: Request, { limits }: AgentOptions): Objection | undefined {
  const most = limits?.octets;
  if (most === undefined) return undefined;
  let octets = uriText.length + body.length;
  for (const [name, value] of headers) octets += name.length + value.length + ': \r\n'.length;
  return octets <= most ? undefined : { status: 513, headers: [] };
}

/** §8.2.2.1: tel URIs reach us through phones that dial them (RFC 3966). */
function wrongScheme(request: Request): Objection | undefined {
  return ['sip', 'sips', 'tel'].includes(request.uri.scheme) ? undefined : { status: 416, headers: [] };
}

/** §8.2.2.3. */
function unsupported(
  request: Request,
  { supported = [], supportedAtRegistrar = [] }: AgentOptions,
): Objection | undefined {
  const { method } = request;
  const known = method === 'REGISTER' ? [...supported, ...supportedAtRegistrar] : supported;
  const means = (tag: string): boolean => known.includes(tag) && (method === 'REFER' || !inRefer.has(tag));
  const unknown = request.headers.list('Require').filter((tag) => !means(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
}

/** RFC 7614 §6: required they mean something in a REFER only. */
const inRefer = new Set(['explicitsub', 'nosub']);

/** §21.4.16: what we cannot do without, in a new call. */
function lacking(request: Request, { demanded = [] }: AgentOptions): Objection | undefined {
  if (request.method !== 'INVITE' || request.toTag !== '') return undefined;
  const missing = demanded.filter((tag) => !names(request, 'Supported', tag) && !names(request, 'Require', tag));
  return missing.length === 0 ? undefined : { status: 421, headers: [['Require', missing.join(', ')]] };
}

/** RFC 6086 §4.2.2; an INFO that names no package is of the old kind (§9.2). */
function unknownPackage(request: Request, options: AgentOptions): Objection | undefined {
  if (request.method !== 'INFO') return undefined;
  const [name] = request.headers.get('Info-Package')?.toLowerCase().split(';') ?? [];
  if (name === undefined || options.infoPackages?.some((one) => one.toLowerCase() === name.trim())) return undefined;
  return { status: 469, headers: recvInfo(options) };
}

/** RFC 3891 §3: it belongs into INVITEs. */
function misplacedReplaces({ method, headers }: Request): Objection | undefined {
  return method === 'INVITE' || !headers.has('Replaces') ? undefined : { status: 400, headers: [] };
}

/** Requests whose body describes the session (RFC 3261 §13, RFC 3262, 3311). */
const describing = new Set(['INVITE', 'UPDATE', 'PRACK']);

/** §8.2.3: only session descriptions, where a session is described; encrypted ones cannot be read (§21.4.30). */
function unreadable(request: Request): Objection | undefined {
  if (request.body.length === 0 || !describing.has(request.method)) return undefined;
  if (mayIgnore(request.headers.get('Content-Disposition') ?? '')) return undefined;
  const type = contentType(request);
  if (type === 'application/pkcs7-mime') return { status: 493, headers: [] };
  const known = type === sdpType || (type.startsWith('multipart/') && allKnown(request));
  if (!known) return { status: 415, headers: [['Accept', accepted]] };
  const encoded = request.headers.list('Content-Encoding').some((coding) => coding.toLowerCase() !== 'identity');
  return encoded ? { status: 415, headers: [['Accept-Encoding', 'identity']] } : undefined;
}

/** RFC 5621 §8.3: a part that must be handled and cannot be makes the whole unacceptable. */
function allKnown(request: Request): boolean {
  return partsOf(request)?.every(({ type, optional }) => type === sdpType || optional) ?? false;
}
