import type { Leg } from '../../call/index.ts';
import type { Hears, ProgramEnd } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { Running } from './running.ts';

export interface ConnectOptions {
  /** Fields of the handshake: Authorization, say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told to the program at the start; what JSON can say, at most 16 KiB of it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** How long the program may take to accept: 5 s unless said. */
  readonly within?: Duration;
  /** How much of its audio may wait to be played: 60 s unless said, at most 10 m. */
  readonly queue?: Duration;
}

/**
 * What came of a talk with a program: it closed its side, asked to hang up or to go to a number, or failed (`why`). `dropped`:
 * frames of 20 ms that it was too slow to hear.
 */
export type Connected = ProgramEnd;

const MOST_METADATA = 16_384;
const LONGEST_QUEUE = 600_000;
/** Fields that are the handshake's own (RFC 6455 §4.1). */
const RESERVED = /^(host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i;

/** The `connect` of a script. */
export function connect(at: Running, url: string, options: ConnectOptions = {}): Promise<Connected> {
  return at.verb<Connected>(() => {
    const token = at.around.kernel.token();
    const hears = programAt(url, options, at.leg, at.dialed, token);
    at.token = '';
    at.answered();
    at.keyboard.forget();
    at.program = token;
    at.around.board.hear(at.leg, hears);
  });
}

/** A program as a leg hears it. Throws a RangeError for what the dialplan's author cannot mean. */
function programAt(url: string, options: ConnectOptions, leg: Leg, dialed: string, token: string): Hears {
  const { headers, metadata, within = '5s', queue = '60s' } = options;
  const most = milliseconds(queue);
  if (!isProgram(url)) throw new RangeError(`'${url}' is no ws: or wss: address`);
  if (most === 0 || most > LONGEST_QUEUE) throw new RangeError(`a queue of ${queue} is none, or longer than 10 m`);
  if (JSON.stringify(metadata ?? {}).length > MOST_METADATA) throw new RangeError('metadata of more than 16 KiB');
  for (const [name, field] of Object.entries(headers ?? {})) checkField(name, field);
  const { name, number, withheld = false } = leg.party;
  const start = {
    call: leg.call,
    leg: leg.id,
    from: withheld ? { withheld } : { name, number },
    dialed,
    ...(metadata && { metadata }),
  };
  return { kind: 'program', url, ...(headers && { headers }), start, token, within: milliseconds(within), most };
}

/** Whether a program can be at that address. */
export function isProgram(url: string): boolean {
  return /^wss?:\/\/[^\s#]+$/i.test(url) && URL.canParse(url);
}

function checkField(name: string, field: string): void {
  if (RESERVED.test(name) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new RangeError(`no header to set: '${name}'`);
  // Its value may be a secret: it is not shown.
  if (!/^[\t\x20-\x7e]*$/.test(field)) throw new RangeError(`the header ${name} has characters that cannot be sent`);
}
