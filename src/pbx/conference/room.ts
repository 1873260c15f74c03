import type { Leg } from '../../call/index.ts';
import type { Tap } from '../../media/protocol.ts';

/** How a room is, whoever is in it. */
export interface RoomOptions {
  /** As displays show it; 'Conference' and its number unless said. */
  readonly name?: string;
  /** Asked of those who come. */
  readonly pin?: string;
  /** Who gives this one is a moderator; without it everybody is. */
  readonly moderatorPin?: string;
  /** Whether a tone tells that somebody comes or goes; true unless said. */
  readonly announce?: boolean;
  /** What is said is recorded from the first member on. */
  readonly record?: boolean;
  /** More than so many are refused. */
  readonly maxMembers?: number;
  /** Only moderators come in until it is unlocked. */
  readonly locked?: boolean;
  /**
   * Until a moderator is in it the others hear music, and not each other. When the last one has left, they wait for the next, or
   * all are sent away. Left out: it needs none.
   */
  readonly withoutModerator?: 'waits' | 'ends';
  /** In which it is spoken to all who are in it (BCP 47); the exchange's unless said. */
  readonly language?: string;
}

/** How somebody takes part. */
export interface JoinOptions {
  /** May lock the room and send others away. */
  readonly moderator?: boolean;
  /** Not heard until unmuted. */
  readonly muted?: boolean;
  /** Does not hear the others. */
  readonly deaf?: boolean;
}

/** Why somebody is not in a room any more though he has not hung up. */
export type Left = 'left' | 'kicked' | 'ended';

export interface Member {
  readonly id: string;
  leg: Leg;
  /** Wall milliseconds. */
  readonly since: number;
  readonly moderator: boolean;
  muted: boolean;
  deaf: boolean;
  talking: boolean;
  /** Has raised his hand. */
  raised: boolean;
  /** A star was pressed: the next key is a command. */
  star: boolean;
  /** Takes him out. */
  readonly dismiss: (why: Left) => void;
}

/** A room with somebody in it. */
export interface Room {
  readonly number: string;
  readonly options: RoomOptions;
  /** Of its bridge. */
  readonly bridge: string;
  readonly since: number;
  readonly members: Map<Leg, Member>;
  locked: boolean;
  /** For a moderator. */
  waiting: boolean;
  tap: Tap | undefined;
}
