import { MOST_TALKERS } from '../../src/media/mix/talkers.ts';
import type { PhoneCall } from '../../testing/index.ts';
import { ROOM } from './doing.ts';
import type { Person, Scene, Sent } from './people.ts';

/** One side of a call, with whose it is. */
interface Side {
  readonly person: Person;
  readonly call: PhoneCall;
}

/** The exchange's own tones: ringback and congestion. */
const OWN = 425;
/** More voices than this at once are not told apart from their distortion. */
const MANY = 3;
/** A target rings, then the transferor is rung back, then there is congestion: no transfer takes longer to fail. */
const COMING_BACK = 60_000;

/** What is wrong with what people see and hear now; undefined: nothing. Asked when nobody has done anything for a while. */
export function wrong(scene: Scene): string | undefined {
  const sides = scene.people
    .filter(({ gone }) => !gone)
    .flatMap((person) => person.phone.calls.filter(({ ended }) => !ended).map((call): Side => ({ person, call })));
  for (const side of sides) {
    const found = side.call.up ? wrongTalk(scene, sides, side) : wrongRinging(scene, sides, side);
    if (found !== undefined) return `${side.person.name}, whose display shows ${shown(side)}: ${found}`;
  }
  return wrongCount(scene, sides);
}

function wrongTalk(scene: Scene, sides: readonly Side[], side: Side): string | undefined {
  const { person, call } = side;
  if (call.holds) return call.hearsNothing() ? undefined : `hears ${heard(scene, call)} while he holds`;
  if (call.display.number === ROOM) return wrongMember(scene, sides, side);
  const voice = scene.people.find(({ hz }) => call.hearsOnly(hz));
  if (ownPlace(call)) return voice === undefined ? undefined : `hears ${voice.name}`;
  if (voice !== undefined) return wrongVoice(scene, sides, side, voice);
  if (call.hearsOnly(OWN))
    return comesBack(scene) || rungFor(sides, person) ? undefined : 'hears a tone of ours for no reason';
  if (call.hearsNothing()) return silent(scene, sides, side) ? undefined : 'hears nothing';
  const holders = sides.filter((other) => other.call.holds && see(side, other));
  return holders.length > 0 || sent(scene) || someoneGone(scene)
    ? undefined
    : `hears ${heard(scene, call)}, and nobody holds`;
}

/** Who hears somebody is seen by him and heard by him, and both displays say so. */
function wrongVoice(scene: Scene, sides: readonly Side[], side: Side, voice: Person): string | undefined {
  if (voice.gone) return undefined;
  const { call, person } = side;
  if (call.display.number !== voice.number || call.display.name !== voice.name) return `hears ${voice.name}`;
  const others = sides.filter(
    (other) => other.person === voice && other.call.up && !other.call.holds && other !== side,
  );
  const back = others.filter((other) => other.call.hearsOnly(person.hz) && other.call.display.number === person.number);
  return back.length > 0 ? undefined : `${voice.name} does not hear and see him`;
}

/** Spaces and codes: a voice or music is heard there, or nothing for a moment between the two. */
function ownPlace({ display: { number } }: PhoneCall): boolean {
  return /^(?:7[0-2]\d$|\*)/.test(number);
}

/** Who confers hears all others who do, of many the loudest few, and nobody else; who is alone nobody. */
function wrongMember({ people }: Scene, sides: readonly Side[], side: Side): string | undefined {
  const talks = ({ call }: Side): boolean => call.up && !call.holds && call.display.number === ROOM;
  const others = sides.filter((other) => other !== side && talks(other));
  const times = (person: Person): number => others.filter((other) => other.person === person).length;
  // The same voice twice may cancel itself out; many voices together are distorted.
  const missed = people.find((one) => !one.gone && times(one) === 1 && !side.call.hears(one.hz));
  const strange = people.find((one) => !one.gone && times(one) === 0 && side.call.hears(one.hz));
  const few = sides.filter(talks).length <= MOST_TALKERS;
  if (few && missed !== undefined) return `does not hear ${missed.name}`;
  return strange === undefined || others.length > MANY ? undefined : `hears ${strange.name}`;
}

function wrongRinging(scene: Scene, sides: readonly Side[], side: Side): string | undefined {
  const { person, call } = side;
  if (call.direction === 'out') return sides.some(rings) || someoneGone(scene) ? undefined : 'rings nobody';
  if (person.unrung !== undefined && person.phone.calls.indexOf(call) >= person.unrung && !returned(call))
    return 'rings, though he has said that he is not to be rung';
  const callers = sides.filter((other) => other.person.number === call.display.number && other !== side);
  if (callers.length === 0) return someoneGone(scene) ? undefined : 'rings for somebody who does not call';
  const knows = callers.some((other) => other.call.display.number === person.number);
  return knows || someoneGone(scene) || returned(call)
    ? undefined
    : `${callers[0]?.person.name} sees ${callers[0] && shown(callers[0])}`;
}

/** No more legs than calls, and each held one is held by its phone. */
function wrongCount(scene: Scene, sides: readonly Side[]): string | undefined {
  if (someoneGone(scene)) return undefined;
  const legs = scene.exchange.exchange.view.calls().flatMap((call) => call.legs);
  if (legs.length !== sides.length) return `${legs.length} legs for ${sides.length} calls`;
  const held = legs.filter((leg) => leg.held).length;
  const holding = sides.filter(({ call }) => call.holds).length;
  return held === holding ? undefined : `${held} legs are held, ${holding} phones hold`;
}

/** Somebody is being sent somewhere, or was, and comes back. */
function sent(scene: Scene): boolean {
  return scene.sent.some(isPending) || comesBack(scene);
}

/** It is not known yet what came of it. */
function isPending({ referral }: Sent): boolean {
  return (referral.status === 0 || referral.status === 202) && !referral.over;
}

/** A transfer has failed, and its transferor holds, or is rung back, or nobody wants whom he sent. */
function comesBack({ world, sent: all }: Scene): boolean {
  return all.some(({ referral, at, call }) => {
    const failed = (referral.status === 0 || referral.status === 202) && (referral.told.at(-1) ?? 500) >= 300;
    return failed && referral.over && (call.up ? call.holds : world.now - at < COMING_BACK);
  });
}

/** Who transfers hears nothing, and who waits for somebody's phone nothing between two tones. */
function silent(scene: Scene, sides: readonly Side[], { person, call }: Side): boolean {
  const transfers = scene.sent.some((one) => one.call === call && isPending(one));
  return someoneGone(scene) || transfers || rungFor(sides, person);
}

/** A phone rings on his behalf. */
function rungFor(sides: readonly Side[], { number }: Person): boolean {
  return sides.some((other) => rings(other) && other.call.display.number === number);
}

function rings({ call }: Side): boolean {
  return call.direction === 'in' && call.ringing;
}

function returned(call: PhoneCall): boolean {
  return call.display.name.endsWith(' returned)');
}

function see(a: Side, b: Side): boolean {
  return a.call.display.number === b.person.number && b.call.display.number === a.person.number;
}

function someoneGone({ people }: Scene): boolean {
  return people.some(({ gone }) => gone);
}

function shown({ call }: Side): string {
  return `${call.display.name} ${call.display.number}`;
}

function heard({ people }: Scene, call: PhoneCall): string {
  return people.find(({ hz }) => call.hears(hz))?.name ?? (call.hearsSound() ? 'music' : 'something');
}
