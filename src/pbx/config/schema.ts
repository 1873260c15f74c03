import { z } from 'zod';
import type { CodecName } from '../../media/protocol.ts';
import { ALGORITHMS } from '../../sip/auth/index.ts';
import { parseUri } from '../../sip/message/index.ts';
import type { Protocol } from '../../sip/transport/types.ts';
import { DEFAULTS } from '../config.ts';
import type { DialplanBuilder } from '../dialplan.ts';
import { type Duration, milliseconds } from '../duration.ts';

/** Names of a union, so that one more there is missed here. */
const named = <N extends string>(all: Readonly<Record<N, true>>): readonly N[] => Object.keys(all) as N[];

const CODECS = named<CodecName>({ PCMU: true, PCMA: true });
const TRANSPORTS = named<Protocol>({ udp: true, tcp: true, tls: true, ws: true, wss: true });
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Timers that run out at once would send for ever (ms). */
const SHORTEST = 10;

const port = z.int().min(0).max(65_535).meta({ takes: 'a port from 0 to 65535' });
const portOrOff = z.union([port, z.literal('off')]).meta({ takes: "a port from 0 to 65535, or 'off'" });
const count = z.int().min(1).max(100_000).meta({ takes: 'a whole number from 1' });
const duration = z.custom<Duration>((value) => typeof value === 'string' && /^\d+(\.\d+)?(ms|s|m|h)$/.test(value));
const lasting = duration.meta({ takes: "a duration such as '500ms', '20s', '5m' or '1h'" });
const wait = duration
  .refine((value) => milliseconds(value) >= SHORTEST, 'it is too short')
  .meta({ takes: "a duration from '10ms'" });
const ip = z.union([z.ipv4(), z.ipv6()]).meta({ takes: 'an IP address' });
const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .meta({ takes: 'an IP address or a network such as 192.0.2.0/24' });
/** Written as a number or as a text, kept as it was written. */
const digits = z.union([z.string(), z.int().nonnegative()]).transform(String);
const label = z
  .string()
  .regex(/^[^\s@<>"\u0000-\u001f\u007f]{1,64}$/)
  .meta({ takes: 'a number or name without spaces' });
const number = digits.pipe(label).meta({ takes: 'a number or name without spaces' });
const secret = digits.pipe(z.string().min(1).max(256)).meta({ takes: 'a text of 1 to 256 characters' });
const flag = z.boolean().meta({ takes: 'true or false' });
const text = z.string().max(256).meta({ takes: 'a text' });
const file = z.string().min(1).meta({ takes: 'the name of a file or folder' });
const algorithms = distinct(z.enum(ALGORITHMS));
const codecs = distinct(z.enum(CODECS));

/** A contact that needs no name service. */
const contact = z
  .string()
  .refine((uri) => {
    const parsed = parseUri(uri);
    const host = parsed?.host.replace(/^\[(.*)\]$/, '$1');
    return parsed !== undefined && parsed.scheme !== 'tel' && ip.safeParse(host).success;
  }, 'it is no SIP URI with an IP address')
  .meta({ takes: 'a SIP URI with an IP address, such as sip:door@192.0.2.9:5060' });

function distinct<const N extends string>(one: z.ZodType<N, N>) {
  return z
    .array(one)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'it names one twice');
}

function listed<S extends z.ZodType>(one: S) {
  return z.array(one).readonly();
}

const endpoint = z.strictObject({
  name: text.default('').describe('Name on displays.'),
  secret: secret.optional().describe('Password of its phones. Hashed when it is read, shown nowhere.'),
  secretFile: file.optional().describe('File whose one line is the password, in the place of `secret`.'),
  addresses: listed(network)
    .optional()
    .describe('Addresses from where its requests need no password. Over UDP whoever can forge one is let in.'),
  contacts: listed(contact).optional().describe('Where it is always rung, besides where its phones register from.'),
  transports: distinct(z.enum(TRANSPORTS))
    .optional()
    .describe('Transports its requests may come over; else 403. All unless said.'),
  codecs: codecs.optional().describe('Codecs in order of preference, in the place of those of the exchange.'),
  latch: flag
    .optional()
    .describe(
      'NAT. Audio goes to where it comes from (true unless said); false: where its SDP says, and nowhere else.',
    ),
  algorithms: algorithms.optional().describe('Digest algorithms, in the place of those of the exchange.'),
  calls: count.optional().describe('Most calls at once, in and out; one more is busy (486). Any number unless said.'),
  callerId: z
    .strictObject({
      name: text.optional().describe('Name. Its own unless said.'),
      number: number.optional().describe('Number. Its own unless said.'),
    })
    .optional()
    .describe('What those it calls see.'),
  identities: listed(z.strictObject({ name: text.default('').describe('Name.'), number: number.describe('Number.') }))
    .optional()
    .describe('Who else it may call as, when its phone asks for it (P-Preferred-Identity, RFC 3325).'),
  trusted: flag
    .optional()
    .describe(
      'What it says of its callers is believed, and it is told who withheld his number (RFC 3325). For trunks.',
    ),
  remotePartyId: flag.optional().describe('Tells it Remote-Party-ID besides P-Asserted-Identity, for old phones.'),
  callWaiting: flag.optional().describe('false: while it has a call, the next one is busy (486).'),
  rejectAnonymous: flag.optional().describe('Refuses callers who withhold their number (433).'),
  blocked: listed(number).optional().describe('Callers that are declined (603), by number or pattern.'),
  maxContacts: count.optional().describe('Most registered contacts, in the place of the number of the exchange.'),
});

const extension = z
  .strictObject({
    dial: z
      .union([number.transform((one) => [one]), z.array(number).min(1)])
      .optional()
      .meta({
        takes: 'a number, or a list of them',
        description: 'Rings an endpoint or several, or does what another extension does.',
      }),
    for: lasting.optional().describe("How long it rings, one after another each of them: '20s' unless said."),
    strategy: z
      .enum(['all', 'inOrder', 'random'])
      .optional()
      .describe('Several ring at once (all) unless said, else one after another.'),
    calls: count.optional().describe('Busy when the endpoint has so many calls.'),
    withhold: flag.optional().describe('Does not say who calls.'),
    alert: z
      .string()
      .regex(/^[!#-;=?-~]+$/)
      .optional()
      .meta({
        takes: 'a word or a URI',
        description: 'Distinctive ring, by a name that the phones know or a URI (Alert-Info).',
      }),
    autoAnswer: flag.optional().describe('The phones pick up by themselves: intercom.'),
    otherwise: number.optional().describe('Extension or endpoint that goes on when nobody answers.'),
    play: z
      .union([file.transform((name) => [name]), z.array(file).min(1)])
      .optional()
      .describe('Plays sounds, then hangs up.'),
    echo: z.literal(true).optional().describe('Lets callers hear themselves.'),
    music: z.literal(true).optional().describe('Plays music.'),
    hangup: z.int().min(400).max(699).optional().describe('Refuses the call with this SIP status.'),
  })
  .meta({ takes: 'one of dial, play, echo, music and hangup' });

/** What a configuration file holds, in TypeScript or YAML. */
export const configuration = z.strictObject({
  realm: text
    .min(1)
    .default('strowger')
    .describe('Digest realm. Phones that keep hashed passwords lose them when it changes.'),
  listen: z
    .strictObject({
      addresses: listed(ip)
        .default([])
        .describe('Addresses of SIP and audio. Loopback and the private networks unless said.'),
      sip: port.default(5060).describe('Port of SIP over UDP and TCP. 0: any free one.'),
      tls: portOrOff.optional().describe('Port of SIP over TLS. The one above `sip` unless said.'),
      ws: portOrOff.optional().describe('Port of SIP over WebSocket. 8088 unless said.'),
      wss: portOrOff.optional().describe('Port of SIP over secure WebSocket. 8089 unless said.'),
      http: port.default(8080).describe('Port of the status page, on 127.0.0.1. 0: any free one.'),
    })
    .prefault({})
    .describe('Where the exchange listens.'),
  tls: z
    .strictObject({
      certificate: file.describe('PEM certificate with its chain.'),
      key: file.describe('Its PEM key.'),
    })
    .optional()
    .describe('Certificate of TLS and secure WebSocket. One of its own, in the data folder, unless said.'),
  rtp: z
    .string()
    .refine((range) => range === 'any' || rtpPorts(range) !== undefined, 'it has no room for a pair of ports')
    .default('10000-19999')
    .meta({ takes: "FROM-TO, or 'any'", description: 'Ports of audio, in pairs of an even and the next odd one.' }),
  sounds: listed(file).default([]).describe('Folders of sounds that take the place of ours where they have them.'),
  log: z.enum(LEVELS).default('info').describe('Least level of log lines.'),
  drain: lasting.default('10s').describe('How long calls may go on after SIGTERM.'),
  algorithms: algorithms.default([...DEFAULTS.algorithms]).describe('Digest algorithms offered, strongest first.'),
  codecs: codecs.default([...DEFAULTS.codecs]).describe('Codecs in order of preference.'),
  registration: z
    .strictObject({
      floor: lasting.default('30s').describe('A registration for less is refused (423).'),
      ceiling: lasting.default('2h').describe('A registration for more is cut to this.'),
      usual: lasting.default('1h').describe('A registration that says nothing lasts so long.'),
    })
    .prefault({})
    .describe('How long registrations last.'),
  maxContacts: count
    .default(DEFAULTS.maxContacts)
    .describe('Most registered contacts of an endpoint; one more displaces the oldest.'),
  surplus: z
    .enum(['displace', 'refuse'])
    .default('displace')
    .describe('What a contact too many does: displaces the oldest, or is refused (403).'),
  pathUnasked: flag
    .default(false)
    .describe(
      'Takes a Path header also for phones that do not say that they know it, in the place of 420 (RFC 3327 §5.3).',
    ),
  qualify: z
    .strictObject({
      every: lasting.default('0s').describe("Time between two OPTIONS to a contact. '0s': none are sent."),
      behindNat: lasting
        .default(`${DEFAULTS.qualify.behindNat}s`)
        .describe('The same for one behind a NAT, whose box they keep open.'),
    })
    .prefault({})
    .describe('Whether registered contacts still answer is asked by OPTIONS.'),
  network: z
    .strictObject({
      external: ip.describe('IP address by which peers outside reach the exchange.'),
      local: listed(network).describe('Networks inside, whose peers reach it by its own address.'),
    })
    .optional()
    .describe('For an exchange behind a NAT: which address Via, Contact and SDP name.'),
  timers: z
    .strictObject({
      T1: wait.default('500ms').describe('Estimate of the round trip; the first retransmission (RFC 3261 §17.1.1.1).'),
      T2: wait.default('4s').describe('Longest time between retransmissions (RFC 3261 §17.1.2.1).'),
      T4: wait.default('5s').describe('How long a message stays in the network (RFC 3261 §17.1.2.2).'),
    })
    .prefault({})
    .describe('Timers of SIP.'),
  endpoints: z
    .record(label, endpoint)
    .default({})
    .describe(
      'Who has a telephone, by number. An endpoint is dialled by its number unless an extension or the dialplan takes it.',
    ),
  extensions: z
    .record(label, extension)
    .default({})
    .describe('What other numbers do, by number or pattern: X is any digit, Z 1–9, N 2–9, a last . any rest.'),
  dialplan: z
    .custom<(builder: DialplanBuilder) => unknown>((value) => typeof value === 'function')
    .optional()
    .meta({ takes: 'a function', description: 'Rules in TypeScript; not in YAML.' }),
});

/** What is written. */
export type Configuration = z.input<typeof configuration>;
/** The same with everything that was left out. */
export type Completed = z.output<typeof configuration>;
export type ExtensionTable = Completed['extensions'];

/** Gives a configuration its type: `export default defineConfig({ … })`. */
export function defineConfig(written: Configuration): Configuration {
  return written;
}

/** RTP and RTCP take a pair of ports, even and odd (RFC 3550 §11). */
export function rtpPorts(range: string): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(range)?.map(Number) ?? [];
  if (from === undefined || to === undefined || from < 1 || to > 65_535) return undefined;
  return ((to + 1) >> 1) - ((from + 1) >> 1) >= 1 ? { from, to } : undefined;
}
