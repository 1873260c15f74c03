import { fromLatin1, latin1 } from '../kernel/index.ts';
import { describe } from './describe.ts';
import type { Line, MalformedSdp, Sdp } from './types.ts';

const MAX_OCTETS = 65536;
const MAX_MEDIA = 100;

/**
 * Reads a session description (RFC 8866 §5). Lines may end in LF alone; empty lines are skipped; unknown types are kept.
 * Never throws.
 */
export function parseSdp(bytes: Uint8Array): Sdp | MalformedSdp {
  if (bytes.length > MAX_OCTETS) return { malformed: `longer than ${MAX_OCTETS} octets` };
  const lines: Line[] = [];
  let media = 0;
  for (const text of latin1(bytes).split('\n')) {
    const line = readLine(text.endsWith('\r') ? text.slice(0, -1) : text);
    if (line === 'empty') continue;
    if (line === undefined) return { malformed: 'a line is not type=value' };
    if (line.type === 'm') media += 1;
    if (media > MAX_MEDIA) return { malformed: `more than ${MAX_MEDIA} m= lines` };
    lines.push(line);
  }
  return describe(lines);
}

function readLine(text: string): Line | 'empty' | undefined {
  if (text === '') return 'empty';
  // byte-string of RFC 8866 §9: what is mirrored later must not break our own lines.
  if (text.includes('\r') || text.includes('\0')) return undefined;
  return text.charAt(1) === '=' ? { type: text.charAt(0), value: text.slice(2) } : undefined;
}

/** All lines in order, each ended by CRLF. */
export function printSdp(sdp: Sdp): Uint8Array {
  let text = '';
  for (const { type, value } of allLines(sdp)) text += `${type}=${value}\r\n`;
  return fromLatin1(text);
}

export function allLines(sdp: Sdp): readonly Line[] {
  return [...sdp.lines, ...sdp.media.flatMap(({ lines }) => lines)];
}
