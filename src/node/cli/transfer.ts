import type { Command } from 'commander';
import { contract } from '../../api/index.ts';
import { ask } from './control-client.ts';
import type { Common, Io, NewCommand } from './index.ts';

interface Raw extends Common {
  readonly join?: boolean;
  readonly by?: string;
}

/** Asks for a transfer, and says that it was asked for. */
export function addTransfer(command: NewCommand, root: Command, io: Io): void {
  command(root, 'transfer', 'send the party of a call elsewhere, as a transfer key would')
    .argument('<call>', 'id of the call, or a unique beginning of it')
    .argument('<to>', 'number of the dialplan; with --join: another call of the same account')
    .option('--join', 'join the parties of both calls')
    .option('--by <account>', 'whose party is sent; whoever was called unless said')
    .action(async (call: string, to: string, { data, json, join, by }: Raw) => {
      const body = { ...(join === true ? { join: to } : { to }), ...(by !== undefined && { by }) };
      const path = `/api/calls/${encodeURIComponent(call)}/transfer`;
      const answer = await ask(data, 'POST', path, contract.transferAsked, body);
      io.out(json === true ? `${JSON.stringify(answer)}\n` : 'The transfer has begun.\n');
    });
}
