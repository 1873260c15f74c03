import type { Command } from 'commander';
import { contract } from '../../api/index.ts';
import { askLines } from './control-client.ts';
import type { Common, Io, NewCommand } from './index.ts';

/** The call came to nothing; what it came to has been said. */
export class NotReached extends Error {}

interface Raw extends Common {
  readonly join?: boolean;
  readonly callerId?: string;
  readonly timeout?: string;
  readonly account?: string;
  readonly autoAnswer?: boolean;
}

/** Places a call and says what becomes of it; an interrupt before it is answered gives it up. */
export function addOriginate(command: NewCommand, root: Command, io: Io): void {
  command(root, 'originate', 'place a call: rings FROM, then does with who answers what TO does')
    .argument('<from>', 'number of an account whose phones ring first')
    .argument(
      '<to>',
      'number of the dialplan; with --join: account whose phones ring then, to be joined with the first',
    )
    .option('--join', 'ring the phones of TO and join both')
    .option('--caller-id <id>', "whom displays show while phones ring: a number, or 'Name <number>'")
    .option('--timeout <duration>', "how long phones ring, such as '30s' or '1m'")
    .option('--account <number>', 'on whose behalf: its limits and its caller ids')
    .option('--auto-answer', 'the phones of FROM pick up by themselves')
    .action(async (from: string, to: string, raw: Raw) => {
      const [cancel, release] = interrupts();
      let last: contract.Call | undefined;
      const heard = (call: contract.Call): void => {
        last = call;
        io.out(raw.json === true ? `${JSON.stringify(call)}\n` : sentence(call));
      };
      try {
        await askLines(raw.data, '/api/calls?wait=true', contract.call, bodyOf(from, to, raw), heard, cancel);
      } catch (error) {
        if (!cancel.aborted) throw error;
        io.out(raw.json === true ? '' : 'Given up.\n');
        throw new NotReached('given up', { cause: error });
      } finally {
        release();
      }
      if (last?.placed?.state === 'ended' && last.placed.outcome !== 'answered') throw new NotReached('not answered');
    });
}

function interrupts(): readonly [AbortSignal, () => void] {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  const release = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, abort);
  };
  return [controller.signal, release];
}

function bodyOf(from: string, to: string, { join, callerId, timeout, account, autoAnswer }: Raw): unknown {
  return {
    from,
    ...(join === true ? { join: to } : { to }),
    ...(callerId === undefined ? {} : { callerId: partyIn(callerId) }),
    ...(timeout === undefined ? {} : { for: /^\d+$/.test(timeout) ? `${timeout}s` : timeout }),
    ...(account === undefined ? {} : { account }),
    ...(autoAnswer === undefined ? {} : { autoAnswer }),
  };
}

/** `Name <number>`, or a number alone. */
function partyIn(text: string): { readonly name: string; readonly number: string } {
  const [, name = '', number = text] = /^\s*(.*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  return { name: name.replace(/^"(.*)"$/, '$1'), number: number.trim() };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  busy: 'is busy',
  noAnswer: 'does not answer',
  unavailable: 'cannot be reached',
  rejected: 'refused the call',
  cancelled: 'was given up',
  answered: 'has ended',
};

function sentence({ id, placed }: contract.Call): string {
  if (placed === undefined) return '';
  const who = placed.at === undefined ? '' : [placed.at.name, placed.at.number].filter((part) => part !== '').join(' ');
  switch (placed.state) {
    case 'calling':
      return '';
    case 'ringing':
      return `${who} rings. (call ${id})\n`;
    case 'answered':
      return `${who} has answered. (call ${id})\n`;
    case 'joined':
      return `${who} has answered too: they talk.\n`;
    case 'ended':
      return `The call ${OUTCOMES[placed.outcome ?? ''] ?? 'has ended'}: ${placed.status} ${placed.reasonPhrase}.\n`;
  }
}
