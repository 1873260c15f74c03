import type { DialogTable } from '../../src/sip/dialog/index.ts';
import type { Field } from '../../src/sip/message/index.ts';
import type { CodecName, SrtpPolicy } from '../../src/sdp/index.ts';
import type { ServerTransaction } from '../../src/sip/transaction/types.ts';
import type { Destination, Identities, InviteSession, UserAgent } from '../../src/sip/usage/types.ts';
import type { Duration } from '../duration.ts';
import type { Source } from '../ear.ts';
import type { Host } from '../host.ts';
import type { Credentials } from './credentials.ts';
import type { PictureOptions } from './picture.ts';

/** Longer than any transaction takes to fail (64*T1, RFC 3261 §17). */
export const PATIENCE: Duration = '40s';

/** What the world does for a phone. */
export interface Surroundings {
  readonly now: number;
  until(condition: () => boolean, within?: Duration): Promise<void>;
}

/** What a call uses of its phone. */
export interface Instrument {
  readonly world: Surroundings;
  readonly host: Host;
  readonly agent: UserAgent;
  readonly credentials: Credentials;
  readonly codecs: readonly CodecName[];
  readonly srtp: SrtpPolicy;
  /** Whether it knows telephone-event (RFC 4733). */
  readonly events: boolean;
  /** Streams beside the audio. */
  readonly pictures: readonly PictureOptions[];
  /** What its INVITEs say besides. */
  readonly requires: readonly Field[];
  /** The sound of its microphone, for one call. */
  readonly source: () => Source;
  /** Whether nothing is left of the session's dialog: the BYE was answered, or given up. */
  readonly over: (session: InviteSession) => boolean;
  /** Where a request for this URI goes. Throws when there is no way. */
  readonly destination: (uri: string) => Destination;
  readonly identities: (uri: string) => Identities;
  /** The URI that a number or URI is dialled by. */
  readonly uriOf: (target: string) => string;
  readonly dialogs: DialogTable;
  /** Answers a request for which it has no use but to be told. */
  reply(transaction: ServerTransaction): void;
}

export interface DialOptions {
  /** Without an offer: the peer makes it in its 200. */
  readonly delayedOffer?: boolean;
  readonly headers?: readonly Field[];
}
