import { endOf, isSpace, skipSpace, TOKEN } from './characters.ts';
import { hostAt, hostEnd, portAt } from './host.ts';
import { areParams, paramsAt } from './params.ts';
import type { Via } from './types.ts';

/** Where the parts of the Via scanned last stand. */
const part = { transportAt: 0, transportEnd: 0, hostAt: 0, hostEnd: 0, paramsAt: 0 };
let port: number | undefined;

/** One Via value, `SIP/2.0/UDP host:port;params` with white space where RFC 3261 §25.1 has it; undefined when it is none. */
export function parseVia(text: string): Via | undefined {
  if (!scan(text)) return undefined;
  const transport = text.slice(part.transportAt, part.transportEnd).toUpperCase();
  const host = hostAt(text, part.hostAt, part.hostEnd);
  const params = paramsAt(text, part.paramsAt);
  return params && { transport, host, port, branch: params.get('branch') ?? '', params };
}

/** Whether {@link parseVia} reads it. */
export function isVia(text: string): boolean {
  return scan(text) && areParams(text, part.paramsAt);
}

/** Finds the parts up to the parameters; false when they do not stand there. */
function scan(text: string): boolean {
  const version = text.startsWith('SIP/2.0/') ? skipSpace(text, 8) : versionEnd(text);
  if (version < 0) return false;
  part.transportAt = version;
  part.transportEnd = endOf(TOKEN, text, version);
  if (part.transportEnd === version || !isSpace(text.charCodeAt(part.transportEnd))) return false;
  part.hostAt = skipSpace(text, part.transportEnd);
  part.hostEnd = hostEnd(text, part.hostAt);
  if (part.hostEnd < 0) return false;
  part.paramsAt = skipSpace(text, part.hostEnd);
  port = undefined;
  if (part.paramsAt === text.length || text.charCodeAt(part.paramsAt) !== 58) return true;
  const portFrom = skipSpace(text, part.paramsAt + 1);
  part.paramsAt = digitsEnd(text, portFrom);
  port = portAt(text, portFrom, part.paramsAt);
  return port !== undefined;
}

/** Where the transport begins, behind a protocol and version with white space around their slashes; -1 when they do not stand there. */
function versionEnd(text: string): number {
  const version = tokenTo(text, skipSpace(text, 0), 47);
  return version < 0 ? -1 : tokenTo(text, version, 47);
}

/** Where the next part begins behind a token and the separator, white space around it allowed; -1 when they do not stand there. */
function tokenTo(text: string, from: number, separator: number): number {
  const end = endOf(TOKEN, text, from);
  const at = skipSpace(text, end);
  return end > from && text.charCodeAt(at) === separator ? skipSpace(text, at + 1) : -1;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
}
