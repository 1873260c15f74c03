import { built } from './describe.ts';
import { allLines } from './parse.ts';
import type { Line, Origin, Sdp } from './types.ts';

/**
 * What goes out after `previous` when `next` is meant: `previous` itself when nothing changed (a refresh repeats the bytes),
 * else `next` under the same origin with the version one higher (RFC 3264 §8).
 */
export function revise(previous: Sdp | undefined, next: Sdp): Sdp {
  if (previous === undefined) return next;
  const same = withOrigin(next, previous.origin);
  if (sameExceptVersion(previous, same)) return previous;
  return withOrigin(next, { ...previous.origin, version: nextVersion(previous.origin.version) });
}

export function sameExceptVersion(a: Sdp, b: Sdp): boolean {
  const [ours, theirs] = [unversioned(a), unversioned(b)];
  return ours.length === theirs.length && ours.every((line, at) => line === theirs[at]);
}

/** Versions have 64 bits and more: `9007199254740993` must not become `…992`. */
export function nextVersion(version: string): string {
  return String(BigInt(version) + 1n);
}

function unversioned(sdp: Sdp): readonly string[] {
  const origin = originLine({ ...sdp.origin, version: '' });
  return allLines(sdp).map((line) => (line.type === 'o' ? origin.value : `${line.type}=${line.value}`));
}

function withOrigin(sdp: Sdp, origin: Origin): Sdp {
  const line = originLine(origin);
  return built(allLines(sdp).map((old) => (old.type === 'o' ? line : old)));
}

function originLine({ user, id, version, netType, addressType, address }: Origin): Line {
  return { type: 'o', value: [user, id, version, netType, addressType, address].join(' ') };
}
