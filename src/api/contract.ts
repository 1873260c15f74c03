import { z } from 'zod';
// Not by the index: whoever knows these types need not know the whole exchange.
import { SCOPES } from '../pbx/tokens.ts';

/** The shapes on the wire, shared by console, command line and users; they mirror pbx/view.ts. Times are wall milliseconds. */
const count = z.int().nonnegative();
const time = z.number();

export const party = z.object({
  name: z.string().describe('As people read it; empty when unknown'),
  number: z.string(),
});

const heard = z.object({
  packets: z.int(),
  lost: z.int(),
  jitter: z.number().describe('Milliseconds'),
  mos: z.number().describe('Estimated opinion, 1 to 4.5 (ITU-T G.107)'),
});

const quality = z.object({
  codec: z.string(),
  received: heard.describe('Of what came from the phone'),
  sent: heard
    .extend({ told: z.number().optional().describe("The phone's own opinion (RFC 3611)") })
    .optional()
    .describe('Of what it was sent, as its reports say; absent when none came'),
  roundTrip: z.number().optional().describe('There and back, in milliseconds'),
});

export const leg = z.object({
  id: z.string(),
  direction: z.enum(['in', 'out']),
  state: z.enum(['new', 'ringing', 'early', 'up', 'gone']),
  party,
  held: z.boolean(),
  place: z.string().describe('script, bridge or limbo'),
  quality: quality
    .optional()
    .describe('How well it hears and is heard now: of the one call that is asked for, when something came of it'),
});

export const placed = z.object({
  state: z
    .enum(['calling', 'ringing', 'answered', 'joined', 'ended'])
    .describe('calling: nothing was heard yet; answered: the first phone; joined: another one, for it'),
  at: party.optional().describe('Whose phone rings, or has answered'),
  outcome: z
    .enum(['answered', 'busy', 'noAnswer', 'unavailable', 'rejected', 'cancelled'])
    .optional()
    .describe('When it has ended: answered if it came to what was wanted'),
  status: z.int().optional().describe('When it has ended: the SIP status as it came, 200 when all went well'),
  reasonPhrase: z.string().optional(),
  by: party.optional().describe('When it has ended: who hung up; absent: nobody did, or the exchange'),
  q850: z.int().optional().describe('Q.850 cause'),
});

export const call = z.object({
  id: z.string(),
  from: party,
  dialed: z.string(),
  since: time,
  answeredAt: time.optional().describe('Absent before the answer'),
  legs: z.array(leg).readonly(),
  placed: placed
    .optional()
    .describe('What has become of a call that the exchange places; absent when a phone dialled it'),
});

const number = z.string().regex(/^[^\s@<>"\u0000-\u001f\u007f]{1,64}$/, 'it is no number');
const text = z
  .string()
  .max(80)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'it has control characters');
const duration = z
  .string()
  .regex(/^\d{1,5}(ms|s|m)$/, "it is no duration like '30s'")
  .describe("A duration like '30s' or '2m'");

/** A call to be placed. */
export const origination = z
  .strictObject({
    from: number.describe('Whose phones ring first: the number of an account'),
    to: number.optional().describe('When they answer: what this number does in the dialplan'),
    join: number
      .optional()
      .describe('In the place of `to`: the account whose phones ring then, to be joined with them'),
    callerId: z
      .strictObject({ name: text.default(''), number })
      .optional()
      .describe('Whom displays show while phones ring, in the place of who will be talked to'),
    for: duration.optional().describe('How long phones ring, each time; 30s unless said'),
    account: number
      .optional()
      .describe('On whose behalf: its limit of calls holds, and it shows no caller id but its own'),
    autoAnswer: z.boolean().optional().describe('The phones that ring first pick up by themselves'),
  })
  .refine(({ to, join }) => (to === undefined) !== (join === undefined), 'it takes one of to and join');

export const waiting = z.strictObject({
  wait: z
    .enum(['true', 'false'])
    .optional()
    .describe(
      'true: answers when the call is answered (joined, with `join`) or has come to nothing; who stops waiting cancels it',
    ),
});

const toNumber = number.optional();

/** Where an account's calls go. */
export const forwarding = z.object({
  always: toNumber.describe('Where all its calls go; absent: they do not'),
  busy: toNumber.describe('Where they go when it is busy'),
  noAnswer: toNumber.describe('Where they go when it does not answer'),
  unregistered: toNumber.describe('Where they go when none of its phones can be reached'),
  after: z.int().describe('How long it rings before noAnswer, in milliseconds'),
  doNotDisturb: z.boolean(),
  locked: z.array(z.string()).readonly().describe('What the configuration says, and nothing else changes'),
});

export const endpoint = z.object({
  number: z.string(),
  name: z.string(),
  registrations: count.describe('Where its phones are registered: so many contacts'),
  calls: count.describe('Calls in progress that it takes part in'),
  forwarding,
});

const change = z.union([number, z.null()]).optional();

/** What is left out stays as it is. */
export const newForwarding = z.strictObject({
  always: change.describe('Where all its calls go; null: they do not'),
  busy: change.describe('Where they go when it is busy'),
  noAnswer: change.describe('Where they go when it does not answer'),
  unregistered: change.describe('Where they go when none of its phones can be reached'),
  after: duration.optional().describe("How long it rings before noAnswer, like '15s'"),
  doNotDisturb: z.boolean().optional(),
});

export const parkedCall = z.object({
  space: z.string(),
  call: z.string(),
  party,
  by: z.string().optional().describe('The account that parked him'),
  since: time,
});

export const parking = z.strictObject({
  by: number.describe('The account whose party is parked'),
  space: number.optional().describe('Where; the first free space unless said'),
});

export const transfer = z
  .strictObject({
    to: number.optional().describe('Where: a number of the dialplan'),
    join: text
      .min(1)
      .optional()
      .describe(
        'In its place: the other call of the same account, or the beginning of its id; both parties are joined',
      ),
    by: number.optional().describe('The account whose party is sent; whoever was called unless said'),
    leg: text.min(1).optional().describe('The same by the id of its leg'),
  })
  .refine(({ to, join }) => (to === undefined) !== (join === undefined), {
    error: 'one of to and join must be said',
    path: ['to'],
  });

export const transferAsked = z.object({ asked: z.literal(true).describe('Asked: events say what comes of it') });

export const parkingAsked = z.object({
  parked: z.literal(true).describe('Asked: the event parking.parked says where'),
});

const scope = z.enum(SCOPES);

export const newToken = z.strictObject({
  name: text.default('').describe('What it is for'),
  scopes: z.array(scope).min(1).max(SCOPES.length).readonly(),
  expires: z
    .string()
    .regex(/^\d{1,5}(m|h|d)$/, "it is no duration like '12h' or '90d'")
    .optional()
    .describe("How long it lasts, like '12h' or '90d'; for ever unless said"),
});

export const token = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope).readonly(),
  createdAt: time,
  expiresAt: time.optional().describe('Absent: never'),
});

/** The key in hand. */
export const key = token.pick({ name: true, scopes: true, expiresAt: true });

export const madeToken = token.extend({ token: z.string().describe('Shown this once') });

export const record = z.object({
  id: z.string(),
  origin: z.enum(['phone', 'exchange']).describe('Who placed it: a phone, or the exchange when it was asked to'),
  from: party,
  withheld: z.boolean().describe('The caller asked not to be named'),
  dialed: z.string(),
  answeredBy: party.optional().describe('The first phone that answered; absent when none did'),
  startedAt: time,
  answeredAt: time.optional(),
  endedAt: time,
  status: z.int().describe('As the caller was told; 200 when the call was answered and ended well'),
  reasonPhrase: z.string(),
  q850: z.int().optional().describe('Q.850 cause'),
  legs: z
    .array(
      z.object({
        direction: z.enum(['in', 'out']),
        party,
        startedAt: time,
        answeredAt: time.optional(),
        endedAt: time,
        status: z.int(),
        reasonPhrase: z.string(),
        q850: z.int().optional(),
        forwardedBy: z
          .array(z.string())
          .readonly()
          .optional()
          .describe('The accounts that sent the call there, the last one first'),
        left: z.boolean().optional().describe('Its phone ended it, not the exchange'),
        quality: quality.optional().describe('How well it heard and was heard; absent when nothing came of it'),
      }),
    )
    .readonly(),
});

export const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many, the newest first'),
  before: z.string().max(200).optional().describe('Only calls that ended before the one of this id'),
});

export const member = z.object({
  id: z.string(),
  call: z.string(),
  leg: z.string(),
  party,
  since: time,
  moderator: z.boolean(),
  muted: z.boolean().describe('The others do not hear him'),
  deaf: z.boolean().describe('He does not hear the others'),
  talking: z.boolean(),
  raised: z.boolean().describe('His hand is raised'),
  held: z.boolean(),
});

export const conference = z.object({
  number: z.string(),
  name: z.string(),
  since: time,
  locked: z.boolean().describe('Only moderators come in'),
  waiting: z.boolean().describe('For a moderator: its members hear music, and not each other'),
  recording: z.string().optional().describe('The file that is being recorded; absent: none'),
  members: z.array(member).readonly(),
});

export const conferenceChange = z.strictObject({
  locked: z.boolean().optional().describe('Only moderators come in'),
  recording: z.boolean().optional().describe('Begins to record all that is said, or ends it'),
});

export const memberChange = z.strictObject({
  muted: z.boolean().optional().describe('The others do not hear him'),
  deaf: z.boolean().optional().describe('He does not hear the others'),
  raised: z.boolean().optional().describe('His hand is raised'),
});

export const registration = z.object({
  account: z.string(),
  contact: z.string().describe('As the phone wrote it'),
  source: z.string().describe('Where it came from, for example udp:192.0.2.7:5060'),
  userAgent: z.string(),
  expiresAt: time.optional().describe('Left out for a contact that the configuration names'),
  reach: z.enum(['reachable', 'unreachable', 'unknown']).describe('Whether it answered when last asked by OPTIONS'),
});

export const account = z.object({ number: z.string(), name: z.string() });

const census = z.record(z.string(), z.number()).readonly();

export const status = z.object({
  version: z.string(),
  node: z.string(),
  startedAt: time,
  accounts: count,
  registrations: count,
  calls: count,
  scene: census.describe('Open things of calls and transactions by kind; empty when nothing happens'),
  house: census.describe('Open things of the exchange itself by kind'),
  faults: count.describe('Mistakes of the exchange contained since its start'),
});

/** What everyone on loopback may see: counts and numbers, no addresses of phones, no parties of calls. */
export const overview = z.object({
  phase: z.enum(['starting', 'ready', 'draining']),
  phones: z.array(account.extend({ registered: z.boolean() })).readonly(),
  calls: count,
  sip: z.array(z.string()).readonly().describe('`192.168.1.20:5060 UDP, TCP`'),
  numbers: z.array(z.object({ number: z.string(), what: z.string() })).readonly(),
});

export const version = z.object({ version: z.string() });

export const byId = z.strictObject({ id: z.string().min(1).max(200).describe('Of the call') });
export const byBeginning = z.strictObject({
  id: z.string().min(1).max(200).describe('Of the call, or a unique beginning of it'),
});
export const byNumber = z.strictObject({ number: z.string().min(1).max(64) });
export const byMember = z.strictObject({ number: z.string().min(1).max(64), id: z.string().min(1).max(64) });
export const byTokenId = z.strictObject({ id: z.string().regex(/^[0-9a-f]{1,32}$/, 'it is no id of a token') });

export const ended = z.object({ ended: z.literal(true) });

/** What every path answers with when it cannot do what was asked (RFC 9457). */
export const problem = z.object({
  type: z.string().describe('urn:strowger:error: and the code'),
  title: z.string().describe('What to do'),
  status: z.int(),
  detail: z.string().describe('What is wrong'),
  code: z.string().describe('Of the catalogue of errors'),
  mistakes: z
    .array(z.object({ field: z.string(), why: z.string() }))
    .readonly()
    .optional(),
});

export type Party = z.infer<typeof party>;
export type Leg = z.infer<typeof leg>;
export type Call = z.infer<typeof call>;
export type CallRecord = z.infer<typeof record>;
export type Registration = z.infer<typeof registration>;
export type Conference = z.infer<typeof conference>;
export type Account = z.infer<typeof account>;
export type Status = z.infer<typeof status>;
export type Version = z.infer<typeof version>;
export type Ended = z.infer<typeof ended>;
export type Placed = z.infer<typeof placed>;
export type Member = z.infer<typeof member>;
export type Key = z.infer<typeof key>;
export type Overview = z.infer<typeof overview>;
export type Origination = z.input<typeof origination>;
export type Token = z.infer<typeof token>;
export type Problem = z.infer<typeof problem>;
