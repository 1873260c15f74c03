import type { Scene, Sent } from './acts.ts';

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

function lie(_scene: Scene, { referral, at, call }: Sent, answers: readonly Answered[]): string | undefined {
  if (referral.status !== 202) return undefined;
  const { told } = referral;
  const final = told.at(-1) ?? 0;
  if (told.slice(0, -1).some((status) => status >= 200)) return `was told two outcomes: ${told.join(', ')}`;
  if (told.length > 0 && told[0] !== 100 && told[0] !== final) return `was not told 100 first: ${told.join(', ')}`;
  // One that hung up may have forgotten the dialog: what he is told then is answered 481.
  if (final < 200) return call.ending?.by === 'local' ? undefined : `was told no outcome: ${told.join(', ')}`;
  if (KNOWN_HERE.has(final) || answers.some((answer) => answer.at >= at && answer.status === final)) return undefined;
  return `was told ${final}, which nobody had answered`;
}

/** What the exchange itself says: the target was up already, or has not answered, or has no number, or who was sent has hung up. */
const KNOWN_HERE: ReadonlySet<number> = new Set([200, 404, 480, 481, 487]);

function answersIn({ world, people }: Scene): readonly Answered[] {
  const names = new Set(people.map(({ phone }) => phone.name));
  return world.transcript.messages
    .filter(({ from, cseq }) => names.has(from) && cseq.endsWith('INVITE'))
    .map(({ at, firstLine }) => ({ at, status: Number(/^SIP\/2\.0 (\d{3})/.exec(firstLine)?.[1] ?? 0) }));
}
