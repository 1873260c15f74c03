import { z } from 'zod';
import type { CodecName, ToneCountry } from '../../media/protocol.ts';
import { ALGORITHMS } from '../../sip/auth/index.ts';
import { parseUri } from '../../sip/message/index.ts';
import type { Protocol } from '../../sip/transport/types.ts';
import { DEFAULTS } from '../config.ts';
import type { DialplanBuilder } from '../dialplan.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { isLanguage, isTimeZone } from '../locale.ts';
import { isProgram } from '../script/connecting.ts';

/** Names of a union, so that one more there is missed here. */
const named = <N extends string>(all: Readonly<Record<N, true>>): readonly N[] => Object.keys(all) as N[];

const CODECS = named<CodecName>({ PCMU: true, PCMA: true, G722: true, opus: true });
const TRANSPORTS = named<Protocol>({ udp: true, tcp: true, tls: true, ws: true, wss: true });
/** Whose call tones are known. */
const TONES = named<ToneCountry>({
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
/** RFC 4028 §5: less would flood, and phones refuse it. */
const SHORTEST_SESSION = 90_000;
const SHORTEST_WATCH = 1000;
const session = z
  .union([duration.refine((value) => milliseconds(value) >= SHORTEST_SESSION, 'it is too short'), z.literal('off')])
  .meta({ takes: "a duration from '90s', or 'off'" });
const language = z
  .string()
  .refine((tag) => isLanguage(tag), 'it is no language tag')
  .meta({ takes: "a language tag such as 'en' or 'fr-CA'" });
const timeZone = z
  .string()
  .refine((name) => isTimeZone(name), 'there is no such time zone')
  .meta({ takes: "a time zone such as 'Europe/Vienna'" });
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
const folder = z
  .string()
  .regex(/^[\w@+-][\w.@+-]*(\/[\w@+-][\w.@+-]*)*$/)
  .meta({ takes: 'the name of a folder of sounds' });
const file = z.string().min(1).meta({ takes: 'the name of a file or folder' });
const algorithms = distinct(z.enum(ALGORITHMS));
const codecs = distinct(z.enum(CODECS));

/** A name of a host (RFC 1123 §2.1); what has but digits and dots is an address or a mistake. */
const hostName = z.string().regex(/^(?![\d.]+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i);
const contact = z
  .string()
  .refine((uri) => {
    const parsed = parseUri(uri);
    const host = parsed?.host.replace(/^\[(.*)\]$/, '$1');
    const somewhere = ip.safeParse(host).success || hostName.safeParse(host).success;
    return parsed !== undefined && parsed.scheme !== 'tel' && somewhere;
  }, 'it is no SIP URI')
  .meta({ takes: 'a SIP URI, such as sip:door@192.0.2.9:5060 or sip:gw.example.net;transport=tls' });
const outside = z
  .union([ip, z.string().regex(/^stun:(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i), hostName])
  .meta({ takes: "an IP address, the name of a host, or 'stun:HOST:PORT'" });

function distinct<const N extends string>(one: z.ZodType<N, N>) {
  return z
    .array(one)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'it names one twice');
}

function listed<S extends z.ZodType>(one: S) {
  return z.array(one).readonly();
}

const code = z
  .string()
  .regex(/^[\d*#]{2,6}$/)
  .meta({ takes: "two to six keys, such as '##' or '*2'" });

/** Codes pressed in a talk. */
const callKeys = z.strictObject({
  blind: code.optional().describe('Then a number: the other party goes there.'),
  attended: code
    .optional()
    .describe('Then a number, to talk there first; hanging up joins them, the code again goes back.'),
  park: code.optional().describe('Parks the other party.'),
  parkAt: number.optional().describe("Where `park` sends it: '721' unless said."),
  record: code.optional().describe('Begins to record the talk, and ends it.'),
});

const endpoint = z.strictObject({
  name: text.default('').describe('Name on displays.'),
  secret: secret.optional().describe('Password of its phones. Hashed when it is read, shown nowhere.'),
  secretFile: file.optional().describe('File whose one line is the password, in the place of `secret`.'),
  addresses: listed(network)
    .optional()
    .describe('Addresses from where its requests need no password. Over UDP whoever can forge one is let in.'),
  contacts: listed(contact)
    .optional()
    .describe(
      'Where it is always rung, besides where its phones register from. Names are followed over NAPTR, SRV, A and AAAA.',
    ),
  transports: distinct(z.enum(TRANSPORTS))
    .optional()
    .describe('Transports its requests may come over; else 403. All unless said.'),
  codecs: codecs.optional().describe('Codecs in order of preference, in the place of those of the exchange.'),
  dtmf: z
    .enum(['auto', 'rfc4733', 'info', 'inband'])
    .optional()
    .describe(
      'How its keys go and come: as telephone-event, SIP INFO, or tones in the audio. As it turns out (auto) unless said.',
    ),
  music: folder.optional().describe('Folder among the sounds whose music others hear while it holds them.'),
  tones: z.enum(TONES).optional().describe('The same as `tones` of the exchange, for its callers.'),
  latch: flag
    .optional()
    .describe(
      'NAT. Audio goes to where it comes from (true unless said); false: where its SDP says, and nowhere else.',
    ),
  nat: z
    .enum(['auto', 'yes', 'no'])
    .optional()
    .describe(
      'NAT. Where its phones are met over UDP: where they register from (auto, unless said); yes: they are answered where they send from though they do not ask for it (rport), and kept alive; no: where their Contact says.',
    ),
  srtp: z
    .enum(['off', 'offered', 'required'])
    .optional()
    .describe(
      'SRTP by keys in SDP (RFC 4568). off (unless said): plain RTP only. offered: where its phone can. required: else refused (488). ' +
        'The keys are as secret as the signalling: let it speak TLS.',
    ),
  video: z.enum(['relay', 'off']).optional().describe('The same as `video` of the exchange, for its phones.'),
  mediaTimeout: lasting.optional().describe('The same as `mediaTimeout` of the exchange, for its phones.'),
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
  transfer: z
    .strictObject({
      to: listed(number)
        .optional()
        .describe('Where it may send whom it talks to, by number or pattern; else 403. Anywhere unless said.'),
      failed: number.optional().meta({
        takes: "'recall', 'hangup' or a number",
        description:
          'What becomes of somebody who was sent in vain by one who has hung up: the sender is rung back (recall, unless said), or that one hears congestion and is hung up, or goes to a number.',
      }),
      ringBack: lasting.optional().describe("How long the sender is rung back: '20s' unless said."),
    })
    .optional()
    .describe('Transfers by its phones.'),
  forward: z
    .strictObject({
      to: listed(number)
        .optional()
        .describe(
          'Where it may send its calls, by number or pattern. Anywhere in the dialplan unless said; star codes never.',
        ),
      always: number.optional().describe('Where all its calls go.'),
      busy: number.optional().describe('Where they go when it is busy.'),
      noAnswer: number.optional().describe('Where they go when it does not answer.'),
      unregistered: number.optional().describe('Where they go when none of its phones can be reached.'),
      after: lasting.optional().describe("How long it rings before noAnswer: '15s' unless said."),
      doNotDisturb: flag.optional().describe('Whether it is to be left alone.'),
    })
    .optional()
    .describe('Where its calls go. What is said here neither star codes nor the API change; the rest they may.'),
  redirects: z
    .enum(['follow', 'refuse', 'dialplan'])
    .optional()
    .describe(
      "What a 302 of its phones does: the endpoint of that number is rung (follow, unless said), nothing, or what the number does in the dialplan. Other hosts' addresses are never followed.",
    ),
  disturbed: z
    .enum(['busy', 'declined', 'unavailable'])
    .optional()
    .describe('What callers are told while it does not want to be disturbed: 486 (busy, unless said), 603 or 480.'),
  keys: callKeys.optional().describe('The same as `keys` of the exchange, for its phones.'),
  maxContacts: count.optional().describe('Most registered contacts, in the place of the number of the exchange.'),
  sessionTimer: session.optional().describe('The same as `sessionTimer` of the exchange, for its phones.'),
  language: language.optional().describe('The same as `language` of the exchange, for its callers.'),
  timeZone: timeZone.optional().describe('The same as `timeZone` of the exchange.'),
});

const program = z.string().refine((url) => isProgram(url), 'no ws: or wss: address');

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
    connect: z
      .union([
        program.transform((url) => ({ url, headers: undefined })),
        z.strictObject({ url: program, headers: z.record(z.string(), z.string()).optional() }),
      ])
      .optional()
      .meta({
        takes: 'a ws: or wss: address, or { url, headers }',
        description:
          'Joins callers with a program over a WebSocket (docs/program-legs.md), and goes where it sends them.',
      }),
    hangup: z.int().min(400).max(699).optional().describe('Refuses the call with this SIP status.'),
  })
  .meta({ takes: 'one of dial, play, echo, music, connect and hangup' });

const pin = digits.pipe(z.string().regex(/^\d{1,20}$/)).meta({ takes: 'up to 20 digits, in quotes' });

const room = z.strictObject({
  name: text.optional().describe("As displays show it. 'Conference' and its number unless said."),
  pin: pin.optional().describe('Asked of those who come in.'),
  moderatorPin: pin
    .optional()
    .describe('Who enters this one is a moderator: may lock, record and send others away. Without it everybody is.'),
  announce: flag.default(true).describe('A tone tells that somebody comes or goes.'),
  record: flag.default(false).describe('All that is said is recorded, from the first member to the last.'),
  maxMembers: count.optional().describe('More than so many are not let in. Any number unless said.'),
  locked: flag.default(false).describe('Only moderators come in until it is opened.'),
});

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
      http: port.default(8080).describe('Port of the status page and the API. 0: any free one.'),
      httpAddresses: listed(ip)
        .optional()
        .describe(
          'Addresses of the status page and the API, which beyond loopback both want a token. 127.0.0.1 unless said.',
        ),
    })
    .prefault({})
    .describe('Where the exchange listens.'),
  tls: z
    .strictObject({
      certificate: file
        .optional()
        .describe('PEM certificate with its chain. One of its own, in the data folder, unless said.'),
      key: file.optional().describe('Its PEM key.'),
      verify: flag
        .default(true)
        .describe(
          'Peers that we connect to by a name must show a certificate for it (RFC 5922). false: anybody is taken for them.',
        ),
      authorities: listed(file)
        .default([])
        .describe(
          'PEM files of authorities that such certificates may be signed by, besides those that the system knows.',
        ),
    })
    .refine(
      ({ certificate, key }) => (certificate === undefined) === (key === undefined),
      'a certificate needs its key',
    )
    .optional()
    .meta({ takes: 'a certificate with its key, verify and authorities' })
    .describe('Certificates of TLS and secure WebSocket.'),
  nameServers: listed(
    z
      .string()
      .regex(/^([\d.]+(:\d{1,5})?|[0-9a-f:]+|\[[0-9a-f:]+\]:\d{1,5})$/i)
      .meta({ takes: "an IP address, with a port where it is not 53: '192.0.2.53' or '[2001:db8::53]:5353'" }),
  )
    .default([])
    .describe("Name servers that know contacts' names. The system's unless said."),
  rtp: z
    .string()
    .refine((range) => range === 'any' || rtpPorts(range) !== undefined, 'it has no room for a pair of ports')
    .default('10000-19999')
    .meta({ takes: "FROM-TO, or 'any'", description: 'Ports of audio, in pairs of an even and the next odd one.' }),
  sounds: listed(file).default([]).describe('Folders of sounds that take the place of ours where they have them.'),
  log: z.enum(LEVELS).default('info').describe('Least level of log lines.'),
  watchdog: z
    .union([duration.refine((value) => milliseconds(value) >= SHORTEST_WATCH, 'it is too short'), z.literal('off')])
    .default('30s')
    .meta({
      takes: "a duration from '1s', or 'off'",
      description:
        'How long a script may compute without a pause before the process ends itself, for its supervisor to start it again.',
    }),
  drain: lasting.default('10s').describe('How long calls may go on after SIGTERM.'),
  algorithms: algorithms.default([...DEFAULTS.algorithms]).describe('Digest algorithms offered, strongest first.'),
  codecs: codecs.default([...DEFAULTS.codecs]).describe('Codecs in order of preference.'),
  video: z
    .enum(['relay', 'off'])
    .default('relay')
    .describe(
      'Video between phones: passed on as it is (relay), or refused, so that a video call becomes one with audio only (off).',
    ),
  tones: z.enum(TONES).default('de').describe('Country whose call tones (ITU-T E.180) callers hear.'),
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
  sessionTimer: session
    .default('30m')
    .describe(
      'How long a call lasts that neither its phone nor the exchange refreshes (RFC 4028). off: only where a phone asks.',
    ),
  mediaTimeout: lasting
    .default('60s')
    .describe(
      "A phone that sends neither audio nor reports for so long, though nobody holds the call, is gone: its call ends. '0s': never.",
    ),
  language: language
    .default(DEFAULTS.language)
    .describe(
      'In which prompts are spoken: sounds in a folder of that name come first (fr-CA, then fr), then the others.',
    ),
  timeZone: timeZone.default(DEFAULTS.timeZone).describe('In which times are told.'),
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
      external: outside.describe(
        'Where peers outside reach the exchange: an IP address, a name that has it, or `stun:HOST:PORT`, which tells it.',
      ),
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
  keys: callKeys
    .optional()
    .meta({ takes: 'codes for blind, attended, park and record' })
    .describe('Codes by which phones without buttons for it transfer, park and record in a talk. None unless said.'),
  starCodes: flag
    .default(false)
    .describe('Has the usual codes for forwards (*72…), do not disturb (*78, *79) and calling back (*69).'),
  parking: z
    .strictObject({
      first: z.int().min(0).max(99_999_999).meta({ takes: 'a number' }).describe('First space.'),
      last: z.int().min(0).max(99_999_999).meta({ takes: 'a number' }).describe('Last space.'),
      entrance: number.describe('Who is transferred there gets the first free space.'),
      timeout: lasting.optional().describe("How long before whoever parked is rung: '2m' unless said."),
      ring: lasting.optional().describe("How long he is rung: '20s' unless said."),
      rounds: count.optional().describe('How often, before the caller is released: 3 unless said.'),
    })
    .refine(({ first, last }) => first <= last && last - first < 1000, 'it has no space, or too many')
    .optional()
    .meta({ takes: 'first, last and entrance, with at most 1000 spaces' })
    .describe('Spaces where calls are parked.'),
  conference: z.record(number, room).default({}).describe('Conference rooms, by the number that is dialled.'),
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
