import { tonesOf } from '../../src/codec/index.ts';
import { fromLatin1 } from '../../src/kernel/index.ts';
import type { InviteSession } from '../../src/sip/usage/types.ts';
import { type Duration, ms } from '../duration.ts';
import { muted, type Source, tone } from '../ear.ts';
import type { Audio } from './audio.ts';
import { PATIENCE, type Surroundings } from './instrument.ts';

/** What a keypad and a microphone act upon. */
export interface Speaking {
  readonly world: Surroundings;
  readonly audio: Audio;
  readonly session: () => InviteSession | undefined;
  readonly ended: () => boolean;
}

/** Says something into a call, or presses keys in it, by each of the three ways. */
export class Keypad {
  readonly #call: Speaking;

  constructor(call: Speaking) {
    this.#call = call;
  }

  /** Says something else than the phone's own tone for so long; settles when it is said. */
  async say(source: Source, duration: Duration): Promise<void> {
    let said = false;
    this.#call.audio.say(source, ms(duration), () => {
      said = true;
    });
    await this.#until(() => said);
  }

  /** As tones in the audio (ITU-T Q.23), 100 ms each. */
  async tones(digits: string): Promise<void> {
    for (const digit of digits) {
      await this.say(tone(...(tonesOf(digit) ?? [])), '100ms');
      await this.say(muted(), '100ms');
    }
  }

  /** By SIP INFO; settles when the last is answered. The statuses of the answers. */
  async info(digits: string, type: InfoType): Promise<number[]> {
    const statuses: number[] = [];
    for (const digit of digits) {
      const body = fromLatin1(type === 'application/dtmf' ? digit : `Signal=${digit}\r\nDuration=160\r\n`);
      let status: number | undefined;
      this.#call.session()?.request('INFO', { headers: [['Content-Type', type]], body }, (result) => {
        status = result.status;
      });
      await this.#until(() => status !== undefined);
      if (status !== undefined) statuses.push(status);
    }
    return statuses;
  }

  /** As telephone-events (RFC 4733), `each` so long (ms); settles when the last is released. */
  async events(digits: string, each: number | undefined): Promise<void> {
    let sent = false;
    const done = (): void => {
      sent = true;
    };
    this.#call.audio.press(digits, done, each);
    await this.#until(() => sent);
  }

  #until(condition: () => boolean): Promise<void> {
    return this.#call.world.until(() => condition() || this.#call.ended(), PATIENCE);
  }
}

export type InfoType = 'application/dtmf-relay' | 'application/dtmf';
