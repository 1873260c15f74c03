import type { Kernel } from '../kernel/index.ts';
import { type Media, parseSdp, type PassedKind } from '../sdp/index.ts';
import { answered, offer, reanswer, spoken } from './audio.ts';
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

/** Two legs were joined: a stream that both would have, and that one was refused, is offered to that one. */
export function rejoin(line: Line, a: LegLine, b: LegLine): void {
  if (line.peerOf(a) !== b || a.leg.state !== 'up' || b.leg.state !== 'up') return;
  if (a.asking !== undefined || b.asking !== undefined) return;
  for (const kind of KINDS) {
    const [ours, theirs] = [a.audio.terms.streams?.of(kind), b.audio.terms.streams?.of(kind)];
    if (ours?.theirs === undefined || theirs?.theirs === undefined) continue;
    if (ours.agreed !== undefined && theirs.agreed !== undefined) continue;
    const [asked, model] = ours.agreed === undefined ? [a, theirs.theirs] : [b, ours.theirs];
    return ask(line, asked, new Map([[kind, model]]), () => {
      line.watch(a);
      line.watch(b);
      if (taken(asked, kind) !== undefined) rejoin(line, a, b);
    });
  }
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
    stream.theirs = stream.agreed === undefined ? undefined : stream.theirs;
    if (stream.agreed === undefined) stream.model = undefined;
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
