import type { Outcome } from './call/index.ts';
import { announcement, conference, echo, forward, ivr, music, parking } from './features/index.ts';
import type { Account, Call, DialplanBuilder, ExchangeConfig, Feature } from './pbx/index.ts';

/** The demo exchange: what a newcomer tries, and what tests drive. */
const ACCOUNTS: readonly Account[] = [
  { number: '101', name: 'Alice' },
  { number: '102', name: 'Bob' },
  { number: '103', name: 'Carol' },
  { number: '104', name: 'Dave' },
];

/**
 * Whatever phone a newcomer has must register: many give up at any challenge but MD5. The passwords made for it are long. One that is
 * switched off in a call is found out as with a configuration.
 */
export const DEMO_CONFIG = {
  realm: 'strowger',
  accounts: ACCOUNTS,
  algorithms: ['MD5'],
  mediaTimeout: 60_000,
} as const satisfies Partial<ExchangeConfig>;

/** Numbers whose feature is still to come say so, rather than be unknown. */
const NOT_YET: Readonly<Record<string, string>> = {
  '810': 'fax',
  '*97': 'voicemail',
  '*98': 'voicemail',
  '*8': 'pickup',
  '*8.': 'pickup',
  '*66': 'completion',
  '*86': 'completion',
};

export const DEMO_FEATURES: readonly Feature[] = [
  announcement('800', 'demo/weasels'),
  conference('600'),
  echo('801'),
  music('802'),
  ivr('700', {
    prompt: 'demo/ivr',
    choices: { 1: (call) => call.goto('102'), 2: (call) => call.play('goodbye') },
  }),
  forward(),
  parking({ spaces: [701, 720], entrance: '721' }),
  ...Object.entries(NOT_YET).map(([number, feature]) => announcement(number, `demo/not-yet-${feature}`)),
];

/** What can be dialled besides phones, for those who ask what to try. */
export const DEMO_NUMBERS: readonly { readonly number: string; readonly what: string }[] = [
  { number: '101–104', what: 'the phones of Alice, Bob, Carol and Dave' },
  { number: '201–204', what: 'the same phones: busy and no answer are signalled' },
  { number: '*67 + number', what: 'that number, which is not told who calls' },
  {
    number: '*72 + number · *73',
    what: 'forward your calls · take it back (*90, *92, *94: busy, no answer, not registered)',
  },
  { number: '*78 · *79', what: 'do not disturb · off' },
  { number: '*69', what: 'call the last caller back' },
  { number: '600', what: 'a conference: all who dial it hear each other' },
  { number: '700', what: 'a menu: 1 calls Bob, 2 hangs up' },
  { number: '721 · 701–720', what: 'park: transfer a call to 721, the space is said · take it back' },
  { number: '800', what: 'a prompt about weasels' },
  { number: '801', what: 'echo: you hear yourself' },
  { number: '802', what: 'music' },
];

/** 101 with voicemail behind it, 201 without, 301 without and for one call at a time. */
export function demoRules(builder: DialplanBuilder): void {
  builder
    .on('1XX', async (call) => {
      const result = await call.dial(call.dialed);
      if (result.kind === 'answered' || result.status === 404) return conclude(call, result);
      await call.play('demo/not-yet-voicemail');
    })
    .on('2XX', async (call) => conclude(call, await call.dial(phoneOf(call.dialed))))
    .on('3XX', async (call) => conclude(call, await call.dial(phoneOf(call.dialed), { callLimit: 1 })))
    .on('*67.', (call) => {
      call.withhold();
      return call.goto(call.dialed.slice('*67'.length));
    });
}

/** Talks to who answered; tells the caller's phone what else came of it. */
function conclude(call: Call, result: Outcome): Promise<void> {
  return result.kind === 'answered' ? call.bridge(result.leg) : call.hangup(result);
}

function phoneOf(dialed: string): string {
  return `1${dialed.slice(1)}`;
}
