import { isDirection } from './direction.ts';
import type { Attribute, Connection, Direction, Line, MalformedSdp, Media, Origin, RtpMap, Sdp } from './types.ts';

/** Ordered lines with their typed views; what no view needs is kept all the same. */
export function describe(lines: readonly Line[]): Sdp | MalformedSdp {
  const [first] = lines;
  if (first === undefined || first.type !== 'v' || first.value.trim() !== '0') return { malformed: 'v=0 is not first' };
  const [session = [], ...sections] = split(lines);
  const origin = readOrigin(session);
  if (origin === undefined) return { malformed: 'o= is missing or has not six fields' };
  const connection = readConnection(session);
  if (connection === 'malformed') return { malformed: 'c= has not three fields' };
  const attributes = readAttributes(session);
  const media: Media[] = [];
  for (const section of sections) {
    const read = readMedia(section, connection, ownDirection(attributes) ?? 'sendrecv');
    if (typeof read === 'string') return { malformed: read };
    media.push(read);
  }
  return { lines: session, origin, connection, attributes, media };
}

/** For lines of our own making: that they do not describe a session is our mistake. */
export function built(lines: readonly Line[]): Sdp {
  const sdp = describe(lines);
  if ('malformed' in sdp) throw new Error(`own session description: ${sdp.malformed}`);
  return sdp;
}

function split(lines: readonly Line[]): readonly (readonly Line[])[] {
  let section: Line[] = [];
  const sections = [section];
  for (const line of lines) {
    if (line.type === 'm') {
      section = [];
      sections.push(section);
    }
    section.push(line);
  }
  return sections;
}

function readMedia(lines: readonly Line[], inherited: Connection | undefined, direction: Direction): Media | string {
  const [type, portText = '', protocol, ...formats] = fields(lines[0]?.value ?? '');
  const port = readPort(portText);
  if (type === undefined || protocol === undefined || port === undefined) return 'm= is not media port proto fmt';
  const connection = readConnection(lines);
  if (connection === 'malformed') return 'c= has not three fields';
  const attributes = readAttributes(lines);
  return {
    lines,
    type,
    port,
    protocol,
    formats,
    connection: connection ?? inherited,
    attributes,
    direction: ownDirection(attributes) ?? direction,
    rtpmap: byFormat(attributes, 'rtpmap', readRtpMap),
    fmtp: byFormat(attributes, 'fmtp', (text) => text),
    ptime: readMilliseconds(attributes, 'ptime'),
    maxptime: readMilliseconds(attributes, 'maxptime'),
  };
}

function fields(text: string): readonly string[] {
  const parts = text.split(' ');
  return parts.includes('') ? parts.filter((field) => field !== '') : parts;
}

/** `port` or `port/count` (RFC 8866 §5.14); the count is for layered streams, which nobody sends us. */
function readPort(text: string): number | undefined {
  const match = /^(\d{1,5})(?:\/\d{1,5})?$/.exec(text);
  const port = Number(match?.[1] ?? Number.NaN);
  return port <= 65535 ? port : undefined;
}

function readOrigin(lines: readonly Line[]): Origin | undefined {
  const [user, id, version, netType, addressType, address] = fields(
    lines.find(({ type }) => type === 'o')?.value ?? '',
  );
  if (user === undefined || id === undefined || version === undefined) return undefined;
  if (netType === undefined || addressType === undefined || address === undefined) return undefined;
  return { user, id, version, netType, addressType, address };
}

function readConnection(lines: readonly Line[]): Connection | undefined | 'malformed' {
  const line = lines.find(({ type }) => type === 'c');
  if (line === undefined) return undefined;
  const [netType, addressType, address] = fields(line.value);
  if (netType === undefined || addressType === undefined || address === undefined) return 'malformed';
  return { netType, addressType, address: address.split('/')[0] ?? '' };
}

function readAttributes(lines: readonly Line[]): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (const { type, value } of lines) if (type === 'a') attributes.push(readAttribute(value));
  return attributes;
}

function readAttribute(text: string): Attribute {
  const colon = text.indexOf(':');
  return colon < 0
    ? { name: text.trim(), value: undefined }
    : { name: text.slice(0, colon), value: text.slice(colon + 1) };
}

function ownDirection(attributes: readonly Attribute[]): Direction | undefined {
  for (const { name, value } of attributes) if (value === undefined && isDirection(name)) return name;
  return undefined;
}

function byFormat<V>(
  attributes: readonly Attribute[],
  name: string,
  read: (text: string) => V | undefined,
): ReadonlyMap<string, V> {
  const map = new Map<string, V>();
  for (const attribute of attributes) {
    if (attribute.name !== name || attribute.value === undefined) continue;
    const text = attribute.value.trim();
    const space = text.indexOf(' ');
    const value = space < 0 ? undefined : read(text.slice(space + 1).trim());
    const format = text.slice(0, space);
    if (value !== undefined && !map.has(format)) map.set(format, value);
  }
  return map;
}

function readRtpMap(text: string): RtpMap | undefined {
  const [encoding = '', clock = '', channels = '1'] = text.split('/');
  if (encoding === '' || !/^\d{1,9}$/.test(clock)) return undefined;
  return { encoding, clock: Number(clock), channels: /^\d{1,3}$/.test(channels) ? Number(channels) : 1 };
}

function readMilliseconds(attributes: readonly Attribute[], name: string): number | undefined {
  const text = attributes.find((attribute) => attribute.name === name)?.value ?? '';
  const ms = /^\s*(\d{1,6})(?:\.\d*)?\s*$/.exec(text)?.[1];
  return ms === undefined || Number(ms) === 0 ? undefined : Number(ms);
}
