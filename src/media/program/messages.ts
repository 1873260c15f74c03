/** What a program is offered, and must choose; the number is that of the protocol (docs/program-legs.md). */
export const SUBPROTOCOL = 'strowger.audio.v1';

/** Samples a second of audio, both ways. */
export const RATE = 16_000;
/** Samples of 20 ms. */
export const FRAME = 320;

/** What a program says besides audio. */
export type FromProgram =
  /** To be told of when all audio before it has been played. */
  | { readonly type: 'mark'; readonly name: string }
  /** What it has said and nobody has heard yet is dropped. */
  | { readonly type: 'flush' }
  | { readonly type: 'hangup' }
  | { readonly type: 'transfer' | 'goto'; readonly number: string }
  /** Keys to be sent to the call's phone. */
  | { readonly type: 'digits'; readonly digits: string };

/** What it is told besides audio. */
export type ToProgram =
  | ({ readonly type: 'start'; readonly rate: typeof RATE; readonly format: 's16le' } & Readonly<
      Record<string, unknown>
    >)
  | { readonly type: 'digit'; readonly digit: string; readonly ms: number }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'flushed'; readonly ms: number; readonly marks: readonly string[] }
  /** So many frames are missing before the audio that follows. */
  | { readonly type: 'dropped'; readonly frames: number }
  | { readonly type: 'stop' };

const MOST = 4096;
const NAME = 256;

/** Reads a text message; what is wrong with it. */
export function readMessage(text: string): FromProgram | { readonly malformed: string } {
  if (text.length > MOST) return { malformed: `a message of ${text.length} characters` };
  const told = json(text);
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return { malformed: 'no JSON object' };
  const { type, name, number, digits } = told as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'flush':
    case 'hangup':
      return { type };
    case 'mark':
      return typeof name === 'string' && name.length <= NAME
        ? { type, name }
        : { malformed: 'a mark without a name of at most 256 characters' };
    case 'transfer':
    case 'goto':
      return typeof number === 'string' && /^[\w*#+.-]{1,64}$/.test(number)
        ? { type, number }
        : { malformed: `a ${type} without a number` };
    case 'digits':
      return typeof digits === 'string' && /^[\dA-D*#]{1,64}$/.test(digits)
        ? { type, digits }
        : { malformed: 'digits that are not 1 to 64 of 0-9, *, #, A-D' };
    default:
      return { malformed: `a message of type ${JSON.stringify(type)?.slice(0, 40) ?? 'undefined'}` };
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
