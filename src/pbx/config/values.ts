import { z } from 'zod';
import type { CodecName, ToneCountry } from '../../media/protocol.ts';
import { ALGORITHMS } from '../../sip/auth/index.ts';
import { parseUri } from '../../sip/message/index.ts';
import type { Protocol } from '../../sip/transport/types.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { isLanguage, isTimeZone } from '../locale.ts';

/** Names of a union, so that one more there is missed here. */
const named = <N extends string>(all: Readonly<Record<N, true>>): readonly N[] => Object.keys(all) as N[];

const CODECS = named<CodecName>({ PCMU: true, PCMA: true, G722: true, opus: true });
export const TRANSPORTS = named<Protocol>({ udp: true, tcp: true, tls: true, ws: true, wss: true });
/** Whose call tones are known. */
export const TONES = named<ToneCountry>({
  at: true,
  au: true,
  be: true,
  br: true,
  ca: true,
  ch: true,
  cn: true,
  cz: true,
  de: true,
  dk: true,
  es: true,
  fi: true,
  fr: true,
  gb: true,
  gr: true,
  hu: true,
  ie: true,
  in: true,
  it: true,
  jp: true,
  nl: true,
  no: true,
  nz: true,
  pl: true,
  pt: true,
  se: true,
  us: true,
  za: true,
});
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Timers that run out at once would send for ever (ms). */
const SHORTEST = 10;

export const port = z.int().min(0).max(65_535).meta({ takes: 'a port from 0 to 65535' });
export const portOrOff = z.union([port, z.literal('off')]).meta({ takes: "a port from 0 to 65535, or 'off'" });
export const count = z.int().min(1).max(100_000).meta({ takes: 'a whole number from 1' });
export const duration = z.custom<Duration>(
  (value) => typeof value === 'string' && /^\d+(\.\d+)?(ms|s|m|h)$/.test(value),
);
export const lasting = duration.meta({ takes: "a duration such as '500ms', '20s', '5m' or '1h'" });
export const wait = duration
  .refine((value) => milliseconds(value) >= SHORTEST, 'it is too short')
  .meta({ takes: "a duration from '10ms'" });
/** RFC 4028 §5: less would flood, and phones refuse it. */
const SHORTEST_SESSION = 90_000;
export const SHORTEST_WATCH = 1000;
export const watch = duration
  .refine((value) => milliseconds(value) >= SHORTEST_WATCH, 'it is too short')
  .meta({ takes: "a duration from '1s'" });
export const session = z
  .union([duration.refine((value) => milliseconds(value) >= SHORTEST_SESSION, 'it is too short'), z.literal('off')])
  .meta({ takes: "a duration from '90s', or 'off'" });
export const language = z
  .string()
  .refine((tag) => isLanguage(tag), 'it is no language tag')
  .meta({ takes: "a language tag such as 'en' or 'fr-CA'" });
export const timeZone = z
  .string()
  .refine((name) => isTimeZone(name), 'there is no such time zone')
  .meta({ takes: "a time zone such as 'Europe/Vienna'" });
export const ip = z.union([z.ipv4(), z.ipv6()]).meta({ takes: 'an IP address' });
export const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .meta({ takes: 'an IP address or a network such as 192.0.2.0/24' });
/** Written as a number or as a text, kept as it was written. */
export const digits = z.union([z.string(), z.int().nonnegative()]).transform(String);
export const label = z
  .string()
  .regex(/^[^\s@<>"\u0000-\u001f\u007f]{1,64}$/)
  .meta({ takes: 'a number or name without spaces' });
export const number = digits.pipe(label).meta({ takes: 'a number or name without spaces' });
export const secret = digits.pipe(z.string().min(1).max(256)).meta({ takes: 'a text of 1 to 256 characters' });
export const flag = z.boolean().meta({ takes: 'true or false' });
export const text = z.string().max(256).meta({ takes: 'a text' });
export const folder = z
  .string()
  .regex(/^[\w@+-][\w.@+-]*(\/[\w@+-][\w.@+-]*)*$/)
  .meta({ takes: 'the name of a folder of sounds' });
export const file = z.string().min(1).meta({ takes: 'the name of a file or folder' });
export const algorithms = distinct(z.enum(ALGORITHMS));
export const codecs = distinct(z.enum(CODECS));

/** A name of a host (RFC 1123 §2.1); what has but digits and dots is an address or a mistake. */
const hostName = z.string().regex(/^(?![\d.]+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i);
export const contact = z
  .string()
  .refine((uri) => {
    const parsed = parseUri(uri);
    const host = parsed?.host.replace(/^\[(.*)\]$/, '$1');
    const somewhere = ip.safeParse(host).success || hostName.safeParse(host).success;
    return parsed !== undefined && parsed.scheme !== 'tel' && somewhere;
  }, 'it is no SIP URI')
  .meta({ takes: 'a SIP URI, such as sip:door@192.0.2.9:5060 or sip:gw.example.net;transport=tls' });
export const outside = z
  .union([ip, z.string().regex(/^stun:(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i), hostName])
  .meta({ takes: "an IP address, the name of a host, or 'stun:HOST:PORT'" });

export function distinct<const N extends string>(one: z.ZodType<N, N>) {
  return z
    .array(one)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'it names one twice');
}

export function listed<S extends z.ZodType>(one: S) {
  return z.array(one).readonly();
}

/** RTP and RTCP take a pair of ports, even and odd (RFC 3550 §11). */
export function rtpPorts(range: string): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(range)?.map(Number) ?? [];
  if (from === undefined || to === undefined || from < 1 || to > 65_535) return undefined;
  return ((to + 1) >> 1) - ((from + 1) >> 1) >= 1 ? { from, to } : undefined;
}
