import type { Field, Request } from '../message/types.ts';
import { contentType, sdpType } from './fields.ts';
import type { AgentOptions } from './types.ts';

/** Why a request cannot be served as it is. */
export interface Objection {
  readonly status: number;
  readonly headers: readonly Field[];
}

/** The checks of RFC 3261 §8.2 that need no knowledge of a dialog; the method is checked by {@link notAllowed}. */
export function objection(request: Request, options: AgentOptions): Objection | undefined {
  return wrongScheme(request) ?? unsupported(request, options) ?? unreadable(request);
}

/** §8.2.1. */
export function notAllowed(request: Request, options: AgentOptions): Objection | undefined {
  if (options.allow.includes(request.method)) return undefined;
  return { status: 405, headers: [['Allow', options.allow.join(', ')]] };
}

/** §8.2.2.1: tel URIs reach us through phones that dial them (RFC 3966). */
function wrongScheme(request: Request): Objection | undefined {
  return ['sip', 'sips', 'tel'].includes(request.uri.scheme) ? undefined : { status: 416, headers: [] };
}

/** §8.2.2.3. */
function unsupported(request: Request, { supported = [] }: AgentOptions): Objection | undefined {
  const unknown = request.headers.list('Require').filter((tag) => !supported.includes(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
}

/** §8.2.3: only session descriptions, where a session is described. */
function unreadable(request: Request): Objection | undefined {
  if (request.body.length === 0 || (request.method !== 'INVITE' && request.method !== 'UPDATE')) return undefined;
  if (optional(request)) return undefined;
  if (contentType(request) !== sdpType) return { status: 415, headers: [['Accept', sdpType]] };
  const encoded = request.headers.list('Content-Encoding').some((coding) => coding.toLowerCase() !== 'identity');
  return encoded ? { status: 415, headers: [['Accept-Encoding', 'identity']] } : undefined;
}

/** §20.11: a body that may be ignored when it is not understood. */
function optional(request: Request): boolean {
  return /;\s*handling\s*=\s*"?optional/i.test(request.headers.get('Content-Disposition') ?? '');
}
