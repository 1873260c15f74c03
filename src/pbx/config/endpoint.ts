import { z } from 'zod';
import {
  TONES,
  TRANSPORTS,
  algorithms,
  codecs,
  contact,
  count,
  distinct,
  file,
  flag,
  folder,
  language,
  lasting,
  listed,
  network,
  number,
  secret,
  session,
  text,
  timeZone,
  watch,
} from './values.ts';

const code = z
  .string()
  .regex(/^[\d*#]{2,6}$/)
  .meta({ takes: "two to six keys, such as '##' or '*2'" });

/** Codes pressed in a talk. */
export const callKeys = z.strictObject({
  blind: code.optional().describe('Then a number: the other party goes there.'),
  attended: code
    .optional()
    .describe('Then a number, to talk there first; hanging up joins them, the code again goes back.'),
  park: code.optional().describe('Parks the other party.'),
  parkAt: number.optional().describe("Where `park` sends it: '721' unless said."),
  record: code.optional().describe('Begins to record the talk, and ends it.'),
  recordBeep: z
    .union([flag, watch])
    .optional()
    .meta({ takes: "true, false, or a duration from '1s'" })
    .describe('A beep tells both that they are recorded so: every 15 s (true), or as often as said. None unless said.'),
});

export const endpoint = z.strictObject({
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
