import { is, isSpace, skipSpace, TOKEN } from './characters.ts';
import { hostAt, hostEnd, portAt } from './host.ts';
import { paramsAt } from './params.ts';
import type { Via } from './types.ts';

/** One Via value, `SIP/2.0/UDP host:port;params` with white space where RFC 3261 §25.1 has it; undefined when it is none. */
export function parseVia(text: string): Via | undefined {
  const protocol = tokenTo(text, skipSpace(text, 0), 47);
  const version = protocol < 0 ? -1 : tokenTo(text, protocol, 47);
  if (version < 0) return undefined;
  const transportEnd = tokenEnd(text, version);
  if (transportEnd === version || !isSpace(text.charCodeAt(transportEnd))) return undefined;
  const transport = text.slice(version, transportEnd).toUpperCase();

  const hostFrom = skipSpace(text, transportEnd);
  const hostTo = hostEnd(text, hostFrom);
  if (hostTo < 0) return undefined;
  const host = hostAt(text, hostFrom, hostTo);
  let at = skipSpace(text, hostTo);
  let port: number | undefined;
  if (text.charCodeAt(at) === 58) {
    const portFrom = skipSpace(text, at + 1);
    at = digitsEnd(text, portFrom);
    port = portAt(text, portFrom, at);
    if (port === undefined) return undefined;
  }
  const params = paramsAt(text, at);
  return params && { transport, host, port, branch: params.get('branch') ?? '', params };
}

/** Where the next part begins behind a token and the separator, white space around it allowed; -1 when they do not stand there. */
function tokenTo(text: string, from: number, separator: number): number {
  const end = tokenEnd(text, from);
  const at = skipSpace(text, end);
  return end > from && text.charCodeAt(at) === separator ? skipSpace(text, at + 1) : -1;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (is(TOKEN, text.charCodeAt(at))) at += 1;
  return at;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
}
