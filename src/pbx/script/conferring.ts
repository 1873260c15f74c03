import type { JoinOptions, Left, RoomOptions } from '../conference/room.ts';
import type { Rooms } from '../conference/rooms.ts';
import type { Call } from './call.ts';
import type { Running } from './running.ts';

/** A room's settings and a member's, for a dialplan. */
export interface ConferenceOptions extends RoomOptions, JoinOptions {}

/** How a conference ended for somebody who is still there. */
export type Conferred = Left | 'refused' | 'locked' | 'full';

/** So often a PIN may be wrong. */
const TRIES = 3;

/** The `conference` of a script. */
export async function conference(
  at: Running,
  call: Call,
  room: string,
  options: ConferenceOptions = {},
): Promise<Conferred> {
  const { rooms, board } = at.around;
  const all = { ...rooms.optionsOf(room), ...options };
  await at.verb<void>((done) => {
    const party = rooms.partyOf(room, all);
    if (at.leg.state !== 'up') board.answer(at.leg, party);
    else board.face(at.leg, party);
    at.reached();
    done();
  });
  return confer(call, rooms, room, all, (how) => stay(at, room, all, how));
}

function stay(at: Running, room: string, options: RoomOptions, how: JoinOptions): Promise<Left> {
  return at.verb<Left>((done) => {
    at.keyboard.forget();
    at.confers = true;
    const dismiss = (why: Left): void => {
      if (!at.confers || at.over) return;
      at.confers = false;
      at.around.board.place(at.leg, at.place, at.owner);
      done(why);
    };
    if (!at.around.rooms.join(at.leg, room, options, how, dismiss)) dismiss('ended');
  });
}

/** Asks for the PIN, lets in who may come, and says why one may not. */
async function confer(
  call: Call,
  rooms: Rooms,
  number: string,
  options: ConferenceOptions,
  join: (how: JoinOptions) => Promise<Left>,
): Promise<Conferred> {
  const known = await identified(call, options);
  if (known === undefined) return 'refused';
  const moderator = options.moderator ?? (known === 'moderator' || options.moderatorPin === undefined);
  // Where everybody is a moderator, nobody comes into a locked room.
  const closed = rooms.closedTo(number, options, options.moderator === true || known === 'moderator');
  if (closed !== undefined) {
    await call.play(`conference/${closed}`);
    return closed;
  }
  if (!moderator && rooms.waits(number, options)) await call.play('conference/waiting');
  else if (rooms.count(number) === 0) await call.play('conference/alone');
  if (rooms.records(number, options)) await call.play('conference/recording');
  const how = await join({ ...options, moderator });
  if (how === 'kicked') await call.play('conference/removed');
  if (how === 'ended') await call.play('conference/ended');
  return how;
}

/** undefined: he does not know the PIN. */
async function identified(
  call: Call,
  { pin, moderatorPin, moderator }: ConferenceOptions,
): Promise<'member' | 'moderator' | undefined> {
  if (moderator === true) return 'moderator';
  if (pin === undefined && moderatorPin === undefined) return 'member';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const prompt = tries === 0 ? ['conference/pin'] : ['conference/wrong-pin', 'conference/pin'];
    const { digits } = await call.digits({ prompt, max: 20, first: '10s', within: '5s' });
    if (moderatorPin !== undefined && digits === moderatorPin) return 'moderator';
    // Without a PIN of their own members press # alone, or nothing.
    if (digits === (pin ?? '')) return 'member';
  }
  await call.play('conference/wrong-pin', 'goodbye');
  return undefined;
}
