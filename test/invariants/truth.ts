import type { Scene, Sent } from './people.ts';

/** What a phone answered an INVITE with, when. */
interface Answered {
  readonly at: number;
  readonly status: number;
}

/** A transferor who was told something else than what came of it; undefined: nobody was. Asked when all is over. */
export function untrue(scene: Scene): string | undefined {
  const answers = answersIn(scene);
  for (const sent of scene.sent) {
    const found = sent.by.gone ? undefined : lie(scene, sent, answers);
    if (found !== undefined) return `${sent.by.name}, who sent a REFER at ${sent.at / 1000} s, ${found}`;
  }
  return undefined;
}

function lie({ people }: Scene, { referral, at, call, rings }: Sent, answers: readonly Answered[]): string | undefined {
  if (referral.status !== 202) return undefined;
  const { told } = referral;
  const final = told.at(-1) ?? 0;
  if (told.slice(0, -1).some((status) => status >= 200)) return `was told two outcomes: ${told.join(', ')}`;
  if (told.length > 0 && told[0] !== 100 && told[0] !== final) return `was not told 100 first: ${told.join(', ')}`;
  // One that hung up may have forgotten the dialog: what he is told then is answered 481.
  if (final < 200) return call.ending?.by === 'local' ? undefined : `was told no outcome: ${told.join(', ')}`;
  const known = rings ? KNOWN_HERE.has(final) : KNOWN_HERE.has(final) || final === 200;
  const forwarded = UNRUNG.has(final) && people.some(({ said }) => said !== undefined);
  if (known || forwarded || answers.some((answer) => answer.at >= at - CROSSING && answer.status === final))
    return undefined;
  return `was told ${final}, which nobody had answered`;
}

/** What the exchange itself says: nobody has answered, or the number or the call does not exist, or who was sent has hung up. */
const KNOWN_HERE: ReadonlySet<number> = new Set([404, 480, 481, 487]);
/** The same of somebody who is not to be rung: he counts as busy, or forwards lead in a circle. */
const UNRUNG: ReadonlySet<number> = new Set([482, 486]);
/** An answer and a REFER that cross. */
const CROSSING = 100;

function answersIn({ world, people }: Scene): readonly Answered[] {
  const names = new Set(people.map(({ phone }) => phone.name));
  return world.transcript.messages
    .filter(({ from, cseq }) => names.has(from) && cseq.endsWith('INVITE'))
    .map(({ at, firstLine }) => ({ at, status: Number(/^SIP\/2\.0 (\d{3})/.exec(firstLine)?.[1] ?? 0) }));
}
