import type { LegId } from '../call/index.ts';
import type { Replaces } from '../sip/usage/index.ts';
import { isNamed } from './transfer.ts';
import type { LegLine } from './types.ts';

/** The wire sides of all legs: by leg, by call, and by the media session that they are heard by. */
export class Lines {
  readonly #all = new Map<LegId, LegLine>();
  readonly #byCall = new Map<string, readonly LegLine[]>();
  readonly #byMedia = new Map<string, LegLine>();

  add(line: LegLine): void {
    const { id, call } = line.leg;
    this.#all.set(id, line);
    this.#byMedia.set(line.audio.media.id, line);
    this.#byCall.set(call, [...this.of(call), line]);
  }

  forget(line: LegLine): void {
    const { id, call } = line.leg;
    this.#all.delete(id);
    this.#byMedia.delete(line.audio.media.id);
    const others = this.of(call).filter((one) => one !== line);
    if (others.length > 0) this.#byCall.set(call, others);
    else this.#byCall.delete(call);
  }

  get(id: LegId): LegLine | undefined {
    return this.#all.get(id);
  }

  has(id: LegId): boolean {
    return this.#all.has(id);
  }

  /** Those of a call, in the order in which they came to it. */
  of(call: string): readonly LegLine[] {
    return this.#byCall.get(call) ?? [];
  }

  /** Whose audio that media session is. */
  heardBy(session: string): LegLine | undefined {
    return this.#byMedia.get(session);
  }

  /** Whose dialog that is. */
  named(replaces: Replaces): LegLine | undefined {
    for (const line of this.#all.values())
      if (line.session !== undefined && isNamed(line.session, replaces)) return line;
    return undefined;
  }

  /** Whom a caller reaches: who was rung on its behalf and has answered, or is the first that can be heard. */
  reachedBy({ leg: { call } }: LegLine): LegLine | undefined {
    const agreed = this.of(call).filter(({ leg, audio }) => leg.direction === 'out' && audio.agreed !== undefined);
    return agreed.find(({ leg }) => leg.state === 'up') ?? agreed[0];
  }
}
