import { z } from 'zod';
import { DEFAULTS } from '../config.ts';
import type { DialplanBuilder } from '../dialplan.ts';
import { milliseconds } from '../duration.ts';
import type { Application } from '../script.ts';
import { callKeys, endpoint } from './endpoint.ts';
import { extension } from './extension.ts';
import { room } from './room.ts';
import {
  LEVELS,
  SHORTEST_WATCH,
  TONES,
  algorithms,
  codecs,
  count,
  duration,
  file,
  flag,
  ip,
  label,
  language,
  lasting,
  listed,
  network,
  number,
  outside,
  port,
  portOrOff,
  rtpPorts,
  session,
  text,
  timeZone,
  wait,
} from './values.ts';

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
      http: port.default(8080).describe('Port of the console and the API. 0: any free one.'),
      httpAddresses: listed(ip)
        .optional()
        .describe(
          'Addresses of the console and the API, which beyond loopback both want a token. 127.0.0.1 unless said.',
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
  applications: z
    .record(
      label,
      z
        .custom<Application<never, unknown>>((value) => typeof value === 'function')
        .meta({ takes: 'a function', description: 'What it does for a caller.' }),
    )
    .default({})
    .describe('What extensions and dialplans run by name; in TypeScript, not in YAML.'),
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
