import { type Command, Option } from 'commander';
import { z } from 'zod';
import { contract } from '../../api/index.ts';
import { columns, lasting } from './columns.ts';
import { ask } from './control-client.ts';
import type { Common, Io, NewCommand } from './index.ts';

interface Raw extends Common {
  readonly scope: readonly string[];
  readonly name?: string;
  readonly expires?: string;
}

/** Keys to the API, made and taken back through the control socket. */
export function addToken(command: NewCommand, root: Command, io: Io): void {
  const token = root.command('token').description('keys to the API over HTTP');
  const scopes = new Option('--scope <scope...>', 'what it allows').choices(['read', 'calls', 'admin']);
  command(token, 'create', 'make a token; it is shown this once')
    .addOption(scopes.makeOptionMandatory())
    .option('--name <text>', 'what it is for')
    .option('--expires <duration>', "how long it lasts, such as '12h' or '90d' (default: for ever)")
    .action(async ({ data, json, scope, name, expires }: Raw) => {
      const asked = {
        scopes: scope,
        ...(name === undefined ? {} : { name }),
        ...(expires === undefined ? {} : { expires }),
      };
      const made = await ask(data, 'POST', '/api/tokens', contract.madeToken, asked);
      io.out(json === true ? `${JSON.stringify(made)}\n` : `${made.token}\n`);
    });
  command(token, 'list', 'show the tokens there are').action(async ({ data, json }: Common) => {
    const tokens = await ask(data, 'GET', '/api/tokens', z.array(contract.token));
    io.out(json === true ? `${JSON.stringify(tokens)}\n` : listed(tokens, io.now()));
  });
  command(token, 'revoke', 'make a token worthless')
    .argument('<id>', 'as the list shows it')
    .action(async (id: string, { data, json }: Common) => {
      const answer = await ask(data, 'DELETE', `/api/tokens/${encodeURIComponent(id)}`, contract.ended);
      io.out(json === true ? `${JSON.stringify(answer)}\n` : 'The token opens nothing any more.\n');
    });
}

function listed(tokens: readonly contract.Token[], now: number): string {
  if (tokens.length === 0) return 'No tokens.\n';
  const rows = tokens.map(({ id, name, scopes, createdAt, expiresAt }) => [
    id,
    name === '' ? '-' : name,
    scopes.join(' '),
    `${lasting(now - createdAt)} ago`,
    expiresAt === undefined ? 'never' : expiresAt <= now ? 'over' : `in ${lasting(expiresAt - now)}`,
  ]);
  return columns([['ID', 'NAME', 'SCOPES', 'MADE', 'EXPIRES'], ...rows]);
}
