import { z } from 'zod';

/** The shapes on the wire, shared by console, command line and users; they mirror pbx/view.ts. Times are wall milliseconds. */
const count = z.int().nonnegative();
const time = z.number();

export const party = z.object({
  name: z.string().describe('As people read it; empty when unknown'),
  number: z.string(),
});

export const leg = z.object({
  id: z.string(),
  direction: z.enum(['in', 'out']),
  state: z.enum(['new', 'ringing', 'early', 'up', 'gone']),
  party,
  held: z.boolean(),
  place: z.string().describe('script, bridge or limbo'),
});

export const call = z.object({
  id: z.string(),
  from: party,
  dialed: z.string(),
  since: time,
  answeredAt: time.optional().describe('Absent before the answer'),
  legs: z.array(leg).readonly(),
});

export const record = z.object({
  id: z.string(),
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
      }),
    )
    .readonly(),
});

export const limit = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many, the newest first'),
});

export const registration = z.object({
  account: z.string(),
  contact: z.string().describe('As the phone wrote it'),
  source: z.string().describe('Where it came from, for example udp:192.0.2.7:5060'),
  userAgent: z.string(),
  expiresAt: time,
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

export const version = z.object({ version: z.string() });

export const byId = z.object({ id: z.string().min(1).max(200).describe('Of the call, or a unique beginning of it') });

export const ended = z.object({ ended: z.literal(true) });

/** What every path answers with when it cannot do what was asked. */
export const problem = z.object({ code: z.string(), message: z.string() });

export type Party = z.infer<typeof party>;
export type Leg = z.infer<typeof leg>;
export type Call = z.infer<typeof call>;
export type CallRecord = z.infer<typeof record>;
export type Registration = z.infer<typeof registration>;
export type Account = z.infer<typeof account>;
export type Status = z.infer<typeof status>;
export type Version = z.infer<typeof version>;
export type Ended = z.infer<typeof ended>;
export type Problem = z.infer<typeof problem>;
