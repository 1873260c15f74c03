import type { Kernel } from '../kernel/index.ts';
import { type Media, parseSdp, type Passed, type PassedKind } from '../sdp/index.ts';
import { answered, offer, reanswer, spoken } from './audio.ts';
import { ANY_VIDEO } from './any-video.ts';
import { follow } from './follow.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';
import { isHold, type Streams, streamsIn } from './streams.ts';

const KINDS: readonly PassedKind[] = ['video', 'text'];

/** What is to be said of each kind on a leg; undefined: it is refused. */
type Models = ReadonlyMap<PassedKind, Media | undefined>;

/** A leg that is rung is offered what the one who calls would have. */
export function offerAs({ audio }: LegLine, caller: LegLine | undefined): void {
  const wanted = caller?.audio.terms.streams?.wanted() ?? [];
  for (const model of wanted) if (isKind(model.type)) audio.terms.streams?.follow(model.type, model, undefined);
}

/** A leg is rung before anybody knows what the one will have whom it talks to: any video that phones commonly have. */
export function offerAny({ audio }: LegLine): void {
  audio.terms.streams?.follow('video', ANY_VIDEO, undefined);
}

/** A caller who made no offer is offered what whom it reaches has, and first the codecs that are spoken there. */
export function propose(leg: LegLine, other: LegLine | undefined): void {
  const { audio } = leg;
  if (other === undefined || audio.local !== undefined) return;
  const spokenThere = other.audio.agreed?.receive.map(({ codec }) => codec) ?? [];
  audio.codecs = [...new Set([...spokenThere.filter((codec) => audio.codecs.includes(codec)), ...audio.codecs])];
  offerAs(leg, other);
}

/**
 * A caller's first answer has the streams that whom it rang has taken, and first the codec that is spoken there, so that nothing
 * is transcoded: for as long as it has not been sent.
 */
export function settle(leg: LegLine, other: LegLine | undefined): void {
  if (leg.early || leg.answer === undefined) return;
  const { streams } = leg.audio.terms;
  const passes = streams !== undefined && streams.wanted().length > 0;
  const codec = other && spoken(other.audio);
  const alike = codec === undefined || codec === spoken(leg.audio);
  if (alike && !passes) return;
  if (passes) for (const kind of KINDS) streams.follow(kind, taken(other, kind), leg.audio.local);
  leg.answer = reanswer(leg.audio, codec);
}

/**
 * A peer offers anew. Another stream, or another direction of one, is put before the leg that it talks to first, and answered
 * as that is; a stream that is no more is taken away there too. Hold ends at us (telephony.md, SDP).
 */
export function passOn(line: Line, leg: LegLine, body: Uint8Array | undefined, reply: () => void): void {
  const other = line.peerOf(leg);
  const sdp = body === undefined ? undefined : parseSdp(body);
  const { streams } = leg.audio.terms;
  const theirs = other?.audio.terms.streams;
  if (other === undefined || sdp === undefined || 'malformed' in sdp || streams === undefined || theirs === undefined)
    return reply();
  const wanted = streamsIn(sdp);
  const added =
    isHold(sdp) || other.asking !== undefined ? new Map<PassedKind, Media>() : news(wanted, streams, theirs);
  const removed = KINDS.filter((kind) => !wanted.has(kind) && theirs.of(kind)?.agreed !== undefined);
  const models: Models = new Map([...added, ...removed.map((kind) => [kind, undefined] as const)]);
  if (added.size === 0) reply();
  if (models.size === 0) return;
  leg.asking = nothing;
  ask(line, other, models, () => {
    leg.asking = undefined;
    if (leg.leg.state === 'gone') return;
    for (const kind of added.keys()) streams.follow(kind, taken(other, kind), leg.audio.local);
    if (added.size > 0) reply();
    line.watch(leg);
    line.watch(other);
  });
}

function news(wanted: ReadonlyMap<PassedKind, Media>, ours: Streams, theirs: Streams): Map<PassedKind, Media> {
  const isNew = ([kind, media]: readonly [PassedKind, Media]): boolean => {
    if (ours.of(kind)?.theirs === undefined) return true;
    const there = theirs.of(kind);
    return there?.agreed !== undefined && there.model?.direction !== media.direction;
  };
  return new Map([...wanted].filter(isNew));
}

/**
 * Two legs were joined: a stream that one has, and the other may have, is offered to the other; where both have it in formats of
 * which one takes what the other does not, it is offered what is left. What nobody sees whom we had offered it ends.
 */
export function rejoin(line: Line, a: LegLine, b: LegLine, left = MOST_OFFERS): void {
  if (left === 0 || line.peerOf(a) !== b || [a, b].some(({ leg }) => leg.state !== 'up' || leg.held)) return;
  // Who is being asked, or has not answered our first offer, is asked when that is done.
  if ([a, b].some(({ asking, answerDue }) => asking !== undefined || answerDue)) return;
  for (const kind of KINDS) {
    const wish = wishFor(kind, a, b) ?? wishFor(kind, b, a);
    if (wish === undefined) continue;
    return ask(line, wish.leg, new Map([[kind, wish.model]]), () => {
      line.watch(a);
      line.watch(b);
      rejoin(line, a, b, left - 1);
    });
  }
}

/** Both sides have then been asked, and asked again for less. */
const MOST_OFFERS = 4;

/** What a leg's peer is to be offered of a stream, so that both have it; undefined: they have, or cannot. */
function wishFor(
  kind: PassedKind,
  leg: LegLine,
  other: LegLine,
): { readonly leg: LegLine; readonly model: Media | undefined } | undefined {
  const { streams } = leg.audio.terms;
  const own = streams?.of(kind);
  const there = other.audio.terms.streams?.of(kind);
  if (own?.agreed !== undefined && own.byUs && own.model !== undefined && there?.declined === true)
    return { leg, model: undefined };
  const model = there?.theirs;
  if (model === undefined || own?.model === model || streams?.mayOffer(kind) !== true) return undefined;
  return own?.agreed === undefined || !fits(own.agreed, there?.agreed) ? { leg, model } : undefined;
}

/** Whether whatever one sends the other takes. */
function fits({ receive }: Passed, there: Passed | undefined): boolean {
  return receive.every(({ format }) => there?.send.some((one) => one.format === format) ?? true);
}

/** Offers a leg's peer other streams than before; what it refuses is as it was. */
function ask(line: Line, leg: LegLine, models: Models, then: () => void): void {
  const { audio, session } = leg;
  const { streams } = audio.terms;
  if (session === undefined || streams === undefined) return then();
  for (const [kind, model] of models) streams.follow(kind, model, audio.local);
  leg.asking = then;
  session.reinvite(offer(audio), [], (result) => {
    leg.asking = undefined;
    if ('kind' in result && answered(audio, result.body)) follow(line, leg);
    else withdraw(leg, models);
    then();
  });
}

/** What was refused is not said again when the description is repeated. */
function withdraw({ audio }: LegLine, models: Models): void {
  const { streams } = audio.terms;
  for (const kind of models.keys()) {
    const stream = streams?.of(kind);
    if (stream === undefined) continue;
    stream.declined = true;
    if (stream.agreed !== undefined) continue;
    stream.theirs = undefined;
    stream.model = undefined;
  }
  offer(audio);
}

/** What a leg's peer says of a stream that it has taken. */
function taken(leg: LegLine | undefined, kind: PassedKind): Media | undefined {
  const stream = leg?.audio.terms.streams?.of(kind);
  return stream?.agreed === undefined ? undefined : stream.theirs;
}

function isKind(type: string): type is PassedKind {
  return type === 'video' || type === 'text';
}

const nothing = (): void => undefined;

/** In a step of its own, when this one has put both legs into their places. */
export function rejoinLater(kernel: Kernel, line: Line, a: LegLine, b: LegLine): void {
  kernel.afterStep(() => kernel.input('streams', () => rejoin(line, a, b)));
}
