import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Response } from '../../message/index.ts';
import { able, Net, Party, sdp } from '../kit.test.ts';
import type { InviteSession, Refusal } from '../types.ts';

/** A party that tells by session, and notes what is told after the end. */
class Witness extends Party {
  readonly ends = new Map<InviteSession, number>();
  readonly broken: string[] = [];

  override progress(
    session: InviteSession,
    _response: Response,
    _media: Uint8Array | undefined,
    sendPrack?: (answer: Uint8Array) => void,
  ): void {
    this.#alive(session, 'progress');
    this.sendPrack = sendPrack;
  }

  override answered(session: InviteSession): void {
    this.#alive(session, 'answered');
  }

  override refreshed(session: InviteSession): void {
    this.#alive(session, 'refreshed');
  }

  override accepted(
    session: InviteSession,
    _response: Response,
    _media: Uint8Array | undefined,
    sendAck: ((answer: Uint8Array) => void) | undefined,
  ): void {
    this.#alive(session, 'accepted');
    this.sendAck = sendAck;
  }

  override acknowledged(session: InviteSession): void {
    this.#alive(session, 'acknowledged');
  }

  override reoffered(session: InviteSession, reoffer: Parameters<Party['reoffered']>[1]): void {
    this.#alive(session, 'reoffered');
    this.reoffers.push(reoffer);
  }

  override rejected(session: InviteSession): void {
    this.#end(session);
  }

  override ended(session: InviteSession): void {
    this.#end(session);
  }

  #alive(session: InviteSession, what: string): void {
    if (this.ends.has(session)) this.broken.push(`${what} after the end`);
  }

  #end(session: InviteSession): void {
    this.ends.set(session, (this.ends.get(session) ?? 0) + 1);
    if (session.state !== 'ended') this.broken.push(`ended in state ${session.state}`);
  }
}

type Verb = (party: Witness, session: InviteSession, done: (result: Response | Refusal) => void) => void;

const verbs: Readonly<Record<string, Verb>> = {
  progress: (_party, session) => session.progress(180, 'Ringing'),
  earlyMedia: (_party, session) => session.progress(183, 'Session Progress', { sdp: sdp('early') }),
  sendPrack: (party) => party.sendPrack?.(sdp('answer')),
  offer: (_party, session, done) => session.update(sdp('offer'), [], done),
  refresh: (_party, session, done) => session.update(undefined, [], done),
  check: (_party, session) => session.keepChecked(2000),
  accept: (_party, session) => session.accept(sdp('answer')),
  reject: (_party, session) => session.reject(486, 'Busy Here'),
  cancel: (_party, session) => session.cancel(),
  bye: (_party, session) => session.bye(),
  hangup: (_party, session) => session.hangup(),
  sendAck: (party) => party.sendAck?.(sdp('answer')),
  reinvite: (_party, session, done) => session.reinvite(sdp('offer'), [], done),
  ask: (party, session, done) =>
    session.reinvite(undefined, [], (result, sendAck) => {
      party.sendAck = sendAck;
      done(result);
    }),
  takeOffer: (party) => party.reoffers.at(-1)?.accept(sdp('answer')),
  refuseOffer: (party) => party.reoffers.at(-1)?.reject(488, 'Not Acceptable Here'),
  update: (_party, session, done) =>
    session.request('UPDATE', { headers: [['Content-Type', 'application/sdp']], body: sdp('offer') }, done),
  info: (_party, session, done) => session.request('INFO', {}, done),
};

const act = fc.record({
  verb: fc.constantFrom(...Object.keys(verbs)),
  caller: fc.boolean(),
  wait: fc.constantFrom(0, 5, 10, 15, 300, 700, 3000, 33_000, 70_000),
});

describe('two agents, whatever they do and whatever gets lost', () => {
  it('end quiet, each session telling one end and nothing after it', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 14, size: 'max' }),
        fc.record({ offer: fc.boolean(), reliably: fc.boolean(), timer: fc.boolean() }),
        fc.array(fc.boolean(), { maxLength: 24, size: 'max' }),
        fc.array(fc.constantFrom(1, 10, 40, 900), { maxLength: 24, size: 'max' }),
        fc.nat(),
        (acts, { offer, reliably, timer }, losses, delays, seed) => {
          const net = new Net(seed);
          let sent = 0;
          net.lose = () => {
            sent += 1;
            return losses[sent] ?? false;
          };
          net.delay = () => delays[sent] ?? 10;
          const options = timer ? { ...able, timer: { expires: 90 } } : able;
          const a = new Witness(net, 'a', options);
          const b = new Witness(net, 'b', options);
          a.call('b', offer ? 'offer' : null, reliably ? { headers: [['Require', '100rel']] } : {});
          for (const { verb, caller, wait } of acts) {
            perform(caller ? a : b, verb);
            net.advance(wait);
          }
          // An INVITE may still arrive: a callee whose caller has vanished gives up by itself.
          b.onInvited = (session) => session.hangup();
          for (const party of [a, b]) for (const session of party.sessions) session.hangup();
          assert.deepEqual(net.quiet(), {});
          check(net, [a, b]);
        },
      ),
      { numRuns: 600 },
    );
  });
});

function perform(party: Witness, verb: string): void {
  const session = party.sessions.at(-1);
  if (session === undefined) return;
  verbs[verb]?.(party, session, () => {
    if (party.ends.has(session)) party.broken.push(`done after the end`);
  });
}

function check(net: Net, parties: readonly Witness[]): void {
  assert.deepEqual(net.faults, []);
  for (const { broken, sessions, ends } of parties) {
    assert.deepEqual(broken, []);
    assert.deepEqual(
      sessions.map((session) => ends.get(session)),
      sessions.map(() => 1),
    );
  }
  assert.deepEqual(severalFinals(net), []);
}

/** INVITEs that were answered with two different finals. A CANCEL that comes after timer J is a new one to the callee. */
function severalFinals(net: Net): string[] {
  const finals = new Map<string, Set<number>>();
  for (const { message } of net.seen) {
    if (message.kind !== 'response' || message.status < 200 || message.cseq.method !== 'INVITE') continue;
    const key = message.via.branch;
    finals.set(key, (finals.get(key) ?? new Set()).add(message.status));
  }
  return [...finals]
    .filter(([, statuses]) => statuses.size > 1)
    .map(([key, statuses]) => `${key}: ${[...statuses].join()}`);
}
