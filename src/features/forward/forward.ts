import {
  type Call,
  type Diversion,
  type Feature,
  type FeatureContext,
  type Occasion,
  type Playable,
  say,
  STAR_CODES,
  type StarCodes,
} from '../../pbx/index.ts';

/** Forwards, do not disturb and call back by star codes. */
export function forward(codes: StarCodes = STAR_CODES): Feature {
  return {
    name: 'forward',
    extensions: (context, builder) => {
      for (const occasion of ['always', 'busy', 'noAnswer', 'unregistered'] as const) {
        const code = codes[occasion];
        builder.on(`${code}.`, (call) => set(context, call, occasion, call.dialed.slice(code.length)));
        builder.on(codes[`${occasion}Off`], (call) => set(context, call, occasion, undefined));
      }
      builder.on(codes.doNotDisturb, (call) => change(context, call, { doNotDisturb: true }, ['forward/dnd-on']));
      builder.on(codes.doNotDisturbOff, (call) => change(context, call, { doNotDisturb: false }, ['forward/dnd-off']));
      builder.on(codes.callBack, (call) => callBack(context, call));
    },
  };
}

function set(context: FeatureContext, call: Call, occasion: Occasion, to: string | undefined): Promise<void> {
  const said = to === undefined ? ['forward/off'] : ['forward/on', ...spoken(to)];
  return change(context, call, { [occasion]: to }, said);
}

/** Says so when it is on disk. What was sent here by somebody else changes nothing: it would be the wrong one's. */
async function change(
  { kernel, diversions }: FeatureContext,
  call: Call,
  to: Partial<Diversion>,
  said: readonly Playable[],
): Promise<void> {
  const { account } = call;
  if (account === undefined || call.sentBy !== undefined) return call.hangup(FORBIDDEN);
  const done = kernel.deferred<boolean>();
  diversions.set(account, to, (result) => done.resolve(result.ok));
  await call.play(...((await done.promise) ? said : ['forward/refused']));
}

/** Calls whoever called last. */
async function callBack({ diversions }: FeatureContext, call: Call): Promise<void> {
  if (call.account === undefined || call.sentBy !== undefined) return call.hangup(FORBIDDEN);
  const number = diversions.lastCaller(call.account);
  // Whoever brought the number could have made it up: a code would do something in the name of who calls back.
  if (number === undefined || /^[*#]/.test(number)) return call.play('forward/no-caller');
  await call.goto(number);
}

/** A number as prompts. */
function spoken(number: string): readonly Playable[] {
  return /^[\d*#]+$/.test(number) ? [say.digits(number)] : [];
}

const FORBIDDEN = { status: 403, reasonPhrase: 'Forbidden', q850: 21 } as const;
