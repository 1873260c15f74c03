import type { Leg, Party, Recording, Switchboard } from '../../call/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import type { PbxEvent } from '../events.ts';
import { spokenIn } from '../locale.ts';
import type { ConferenceView } from '../view.ts';
import type { JoinOptions, Left, Member, Room, RoomOptions } from './room.ts';

/** Where recordings lie among the sounds. */
const FOLDER = 'recordings';

export interface RoomsPorts {
  readonly kernel: Kernel;
  readonly board: () => Switchboard;
  readonly tell: (event: PbxEvent) => void;
  /** In which prompts are spoken to an account (BCP 47); undefined: to everybody. */
  readonly languageOf: (account: string | undefined) => string;
}

/** What may be asked of a member from outside; each is left as it is unless said. */
export interface MemberChange {
  readonly muted?: boolean | undefined;
  readonly deaf?: boolean | undefined;
  readonly raised?: boolean | undefined;
}

/** What may be asked of a room. */
export interface RoomChange {
  readonly locked?: boolean | undefined;
  readonly recording?: boolean | undefined;
}

/** The conference rooms: who is in them, and what each may do. A room is there from its first member to its last. */
export class Rooms {
  readonly #ports: RoomsPorts;
  readonly #rooms = new Map<string, Room>();
  /** As they were declared by whoever brings the number. */
  #options = new Map<string, RoomOptions>();
  readonly #watchers: ((number: string) => void)[] = [];

  constructor(ports: RoomsPorts) {
    this.#ports = ports;
  }

  /** Those that are declared within `act` take the place of all; what it throws leaves them as they were. */
  declared<T>(act: () => T): T {
    const before = this.#options;
    this.#options = new Map();
    try {
      return act();
    } catch (error) {
      this.#options = before;
      throw error;
    }
  }

  /** There is such a room, whether or not somebody is in it. */
  declare(number: string, options: RoomOptions): void {
    this.#options.set(number, options);
  }

  knows(number: string): boolean {
    return this.#options.has(number) || this.#rooms.has(number);
  }

  optionsOf(number: string): RoomOptions {
    return this.#options.get(number) ?? {};
  }

  /** Told of every change of a room. */
  watch(changed: (number: string) => void): void {
    this.#watchers.push(changed);
  }

  /** Who displays show. */
  partyOf(number: string, { name = `Conference ${number}` }: RoomOptions = this.optionsOf(number)): Party {
    return { name, number, focus: true };
  }

  /** Why somebody cannot come in now. */
  closedTo(number: string, options: RoomOptions, hasKey: boolean): 'locked' | 'full' | undefined {
    const room = this.#rooms.get(number);
    if (!hasKey && (room?.locked ?? options.locked) === true) return 'locked';
    return (room?.members.size ?? 0) >= (options.maxMembers ?? Number.POSITIVE_INFINITY) ? 'full' : undefined;
  }

  /** Whether who comes in, and is no moderator, will wait for one. */
  waits(number: string, { withoutModerator }: RoomOptions): boolean {
    return this.#rooms.get(number)?.waiting ?? withoutModerator !== undefined;
  }

  /** How many are in it. */
  count(number: string): number {
    return this.#rooms.get(number)?.members.size ?? 0;
  }

  /** Whether who comes in now is recorded. */
  records(number: string, options: RoomOptions): boolean {
    const room = this.#rooms.get(number);
    return room === undefined ? options.record === true : room.tap !== undefined;
  }

  /** Brings a leg in. `dismiss` takes it out again. False: it is gone. */
  join(leg: Leg, number: string, options: RoomOptions, how: JoinOptions, dismiss: (why: Left) => void): boolean {
    const board = this.#ports.board();
    const { moderator = options.moderatorPin === undefined, muted = false, deaf = false } = how;
    let room = this.#rooms.get(number) ?? this.#open(number, options);
    if (!board.join(leg, room.bridge, { muted, deaf })) {
      if (leg.state === 'gone' || leg.place.in === 'bridge') return false;
      // Its last member has left in this same step.
      room = this.#open(number, options);
      board.join(leg, room.bridge, { muted, deaf });
    }
    const { kernel } = this.#ports;
    const member: Member = {
      id: kernel.token(6),
      leg,
      since: kernel.wall(),
      moderator,
      muted,
      deaf,
      talking: false,
      raised: false,
      star: false,
      dismiss,
    };
    room.members.set(leg, member);
    this.#attend(room);
    this.#announce(room, 'conference/join');
    // Everybody was told so on his way in.
    if (options.record === true && room.members.size === 1) this.#record(room, true);
    this.#changed(room);
    this.#ports.tell({ event: 'conference.joined', conference: number, call: leg.call, member: leg.party });
    return true;
  }

  /** What a member pressed. */
  key(leg: Leg, digit: string): void {
    for (const room of this.#rooms.values()) {
      const member = room.members.get(leg);
      if (member === undefined) continue;
      const command = member.star;
      member.star = !command && digit === '*';
      if (command) this.#command(room, member, digit);
      return;
    }
  }

  views(): readonly ConferenceView[] {
    return [...this.#rooms.values()].map(viewOf);
  }

  view(number: string): ConferenceView | undefined {
    const room = this.#rooms.get(number);
    return room && viewOf(room);
  }

  /** False: there is nobody in it. */
  change(number: string, { locked, recording }: RoomChange): boolean {
    const room = this.#rooms.get(number);
    if (room === undefined) return false;
    if (locked !== undefined) room.locked = locked;
    if (recording !== undefined && recording !== (room.tap !== undefined)) {
      this.#record(room, recording);
      this.#say(room, recording ? 'conference/recording' : 'conference/not-recording');
    }
    this.#changed(room);
    return true;
  }

  /** False: there is no such member. */
  changeMember(number: string, id: string, { muted, deaf, raised }: MemberChange): boolean {
    const [room, member] = this.#find(number, id);
    if (room === undefined || member === undefined) return false;
    member.muted = muted ?? member.muted;
    member.deaf = deaf ?? member.deaf;
    member.raised = raised ?? member.raised;
    this.#ports.board().role(member.leg, { muted: member.muted, deaf: member.deaf });
    this.#changed(room);
    return true;
  }

  /** Sends a member away. False: there is no such member. */
  kick(number: string, id: string): boolean {
    const [, member] = this.#find(number, id);
    member?.dismiss('kicked');
    return member !== undefined;
  }

  /** Sends everybody away. False: there is nobody in it. */
  end(number: string): boolean {
    const room = this.#rooms.get(number);
    for (const member of room?.members.values() ?? []) member.dismiss('ended');
    return room !== undefined;
  }

  #find(number: string, id: string): readonly [Room | undefined, Member | undefined] {
    const room = this.#rooms.get(number);
    return [room, [...(room?.members.values() ?? [])].find((member) => member.id === id)];
  }

  #open(number: string, options: RoomOptions): Room {
    const { kernel } = this.#ports;
    const bridge = this.#ports.board().conference(this.partyOf(number, options), {
      talking: (leg, talking) => this.#talking(room, leg, talking),
      recorded: (recording) => this.#recorded(number, recording),
      replaced: (old, fresh) => this.#replaced(room, old, fresh),
      left: (leg) => this.#left(room, leg),
    });
    const members = new Map<Leg, Member>();
    const room: Room = {
      number,
      options,
      bridge,
      since: kernel.wall(),
      members,
      locked: options.locked ?? false,
      waiting: false,
      tap: undefined,
    };
    this.#rooms.set(number, room);
    return room;
  }

  /** It waits for as long as it needs a moderator and has none. */
  #attend(room: Room): void {
    const moderated = room.options.withoutModerator === undefined || hasModerator(room);
    if (room.waiting !== moderated) return;
    room.waiting = !moderated;
    this.#ports.board().suspend(room.bridge, room.waiting);
  }

  /** A tone for those who hear each other. */
  #announce(room: Room, tone: string): void {
    if (room.options.announce !== false && !room.waiting && room.members.size > 1) this.#say(room, tone);
  }

  /** To all, in the room's language; to one member in his own. */
  #say(room: Room, file: string, to?: Leg): void {
    const { board, languageOf } = this.#ports;
    const common = room.options.language ?? languageOf(undefined);
    const language = to?.account === undefined ? common : languageOf(to.account);
    board().announce(room.bridge, spokenIn(language, [file]), to);
  }

  #changed({ number }: Room): void {
    for (const changed of this.#watchers) changed(number);
  }

  #talking(room: Room, leg: Leg, talking: boolean): void {
    const member = room.members.get(leg);
    if (member === undefined || member.talking === talking) return;
    member.talking = talking;
    this.#changed(room);
  }

  #recorded(number: string, { file, ms }: Recording): void {
    this.#ports.tell({ event: 'conference.recorded', conference: number, file, seconds: ms / 1000 });
  }

  #replaced(room: Room, old: Leg, fresh: Leg): void {
    const member = room.members.get(old);
    if (member === undefined) return;
    room.members.delete(old);
    member.leg = fresh;
    room.members.set(fresh, member);
    this.#changed(room);
  }

  #left(room: Room, leg: Leg): void {
    const member = room.members.get(leg);
    if (member === undefined) return;
    room.members.delete(leg);
    if (room.members.size === 0 && this.#rooms.get(room.number) === room) this.#rooms.delete(room.number);
    else this.#stay(room, member);
    this.#changed(room);
    this.#ports.tell({ event: 'conference.left', conference: room.number, call: leg.call, member: leg.party });
  }

  /** What becomes of those whom somebody has left. */
  #stay(room: Room, left: Member): void {
    const ends = left.moderator && room.options.withoutModerator === 'ends' && !hasModerator(room);
    this.#attend(room);
    if (ends) for (const member of room.members.values()) member.dismiss('ended');
    else this.#announce(room, 'conference/leave');
  }

  #record(room: Room, on: boolean): void {
    const { kernel, board } = this.#ports;
    const file = `${FOLDER}/conference-${room.number.replaceAll(/[^\w@+-]/g, '_')}-${Math.floor(kernel.wall() / 1000)}-${kernel.token(3)}`;
    room.tap = on ? { kind: 'record', id: kernel.token(), file, sides: 'says' } : undefined;
    board().tapConference(room.bridge, room.tap === undefined ? [] : [room.tap]);
  }

  #command(room: Room, member: Member, digit: string): void {
    const say = (file: string): void => this.#say(room, file, member.leg);
    switch (digit) {
      case '6':
        this.changeMember(room.number, member.id, { muted: !member.muted });
        return say(member.muted ? 'conference/muted' : 'conference/unmuted');
      case '9':
        this.changeMember(room.number, member.id, { raised: !member.raised });
        return say(member.raised ? 'conference/hand-raised' : 'conference/hand-lowered');
      case '#':
        return member.dismiss('left');
      case '3':
      case '4':
      case '5':
      case '8':
        if (!member.moderator) return say('conference/moderators-only');
        return this.#moderate(room, member, digit, say);
      default:
        return say('menu/bad-choice');
    }
  }

  #moderate(room: Room, by: Member, digit: '3' | '4' | '5' | '8', say: (file: string) => void): void {
    const others = [...room.members.values()].filter((member) => member !== by);
    switch (digit) {
      case '3':
        return others.at(-1)?.dismiss('kicked');
      case '4':
        return void this.change(room.number, { recording: room.tap === undefined });
      case '5':
        this.change(room.number, { locked: !room.locked });
        return say(room.locked ? 'conference/locked-now' : 'conference/unlocked-now');
      case '8': {
        const talk = others.some(({ muted, moderator }) => !muted && !moderator);
        for (const { id, moderator } of others) if (!moderator) this.changeMember(room.number, id, { muted: talk });
        return say(talk ? 'conference/others-muted' : 'conference/others-unmuted');
      }
    }
  }
}

function hasModerator({ members }: Room): boolean {
  return [...members.values()].some(({ moderator }) => moderator);
}

function viewOf({ number, options, since, locked, waiting, tap, members }: Room): ConferenceView {
  return {
    number,
    name: options.name ?? `Conference ${number}`,
    since,
    locked,
    waiting,
    recording: tap?.file,
    members: [...members.values()].map(({ id, leg, since: joined, moderator, muted, deaf, talking, raised }) => ({
      id,
      call: leg.call,
      leg: leg.id,
      party: leg.party.withheld === true ? { name: 'Anonymous', number: '' } : leg.party,
      since: joined,
      moderator,
      muted,
      deaf,
      talking,
      raised,
      held: leg.held,
    })),
  };
}
