import type { Field, Response } from '../../src/sip/message/index.ts';
import type { InviteSession, Refusal } from '../../src/sip/usage/types.ts';
import type { Description } from './description.ts';
import { type Instrument, PATIENCE } from './instrument.ts';

type Direction = Description['direction'];

/** What offers anew in a call. */
export interface Offerer {
  readonly phone: Pick<Instrument, 'world' | 'credentials'>;
  readonly description: Description;
  readonly session: () => InviteSession | undefined;
  readonly peerContact: () => string;
  readonly ended: () => boolean;
  /** A re-INVITE was answered: it may say who is there. */
  readonly answered: (response: Response) => void;
}

/** Offers anew in a call that has begun: by re-INVITE (RFC 3261 §14) or by UPDATE (RFC 3311). */
export class Offering {
  readonly #call: Offerer;

  constructor(call: Offerer) {
    this.#call = call;
  }

  /** Settles when the offer is answered. Rejects, with the verb it was for, when the peer refuses. */
  reinvite(verb: string, direction: Direction): Promise<void> {
    return this.#offer(verb, direction, (done) => this.#reinvite(this.#call.description.offer(), undefined, done));
  }

  /** The same by UPDATE, ringing or answered. */
  update(direction: Direction): Promise<void> {
    const { description, session } = this.#call;
    return this.#offer('update', direction, (done) =>
      session()?.update(description.offer(), [], (final) => {
        if ('kind' in final) description.answered(final.body);
        done(final);
      }),
    );
  }

  /** What was refused does not count. */
  async #offer(verb: string, direction: Direction, send: (done: Done) => void): Promise<void> {
    const { description, phone, ended } = this.#call;
    const before = description.direction;
    description.direction = direction;
    let result: Response | Refusal | undefined;
    send((final) => {
      result = final;
    });
    await phone.world.until(() => result !== undefined || ended(), PATIENCE);
    if (result !== undefined && 'kind' in result) return;
    description.direction = before;
    throw new Error(`${verb}: ${result === undefined ? 'the call ended' : `${result.status} ${result.reasonPhrase}`}`);
  }

  #reinvite(offer: Uint8Array, authorization: Field | undefined, done: Done): void {
    const { phone, description, session, peerContact, answered } = this.#call;
    session()?.reinvite(offer, authorization === undefined ? [] : [authorization], (result) => {
      const again = phone.credentials.answer(result, 'INVITE', peerContact(), authorization !== undefined);
      if (again !== undefined) return this.#reinvite(offer, again, done);
      if ('kind' in result) {
        description.answered(result.body);
        answered(result);
      }
      done(result);
    });
  }
}

type Done = (result: Response | Refusal) => void;
