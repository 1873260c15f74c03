import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { contract } from '../../api/index.ts';
import { StrowgerError } from '../../kernel/index.ts';
import { ask, Refused } from './control-client.ts';
import { showCalls, showRegistrations, showStatus } from './show.ts';
import { type RawStartOptions, type StartOptions, startOptions } from './start-options.ts';

export type { StartOptions } from './start-options.ts';

/** How a command ends: 0 done, 1 failed, 2 not understood, 3 no exchange is running. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface CliPorts {
  /** Runs an exchange; the command has ended when this settles. */
  readonly start: (options: StartOptions) => Promise<void>;
  readonly version: string;
  readonly out?: (text: string) => void;
  readonly err?: (text: string) => void;
  /** Wall milliseconds. */
  readonly now?: () => number;
}

type Io = Required<CliPorts>;

/** Runs one command; `argv` is what follows the program's name. Never rejects. */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<ExitCode> {
  const io: Io = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    now: () => Date.now(),
    ...ports,
  };
  try {
    await program(io).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    return failed(error, io);
  }
}

function failed(error: unknown, { err }: Io): ExitCode {
  // What commander has to say it has said already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StrowgerError) {
    err(`strowger: ${error.message}\n${error.remedy} (${error.code})\n`);
    return error.code === 'E_OPTIONS' ? 2 : error.code === 'E_NOT_RUNNING' ? 3 : 1;
  }
  if (error instanceof Refused) err(`strowger: ${error.message} (${error.code})\n`);
  else err(`strowger: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

function program(io: Io): Command {
  const root = new Command('strowger')
    .description('A telephone exchange for SIP')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  addStart(root, io);
  addQueries(root, io);
  addHangup(root, io);
  command(root, 'version', 'say which Strowger this is').action(({ json }: Common) =>
    io.out(json === true ? `${JSON.stringify({ version: io.version })}\n` : `${io.version}\n`),
  );
  return root;
}

interface Common {
  readonly data: string;
  readonly json?: boolean;
}

function command(root: Command, name: string, what: string): Command {
  return root
    .command(name)
    .description(what)
    .option('--data <dir>', 'data folder of the exchange', './data')
    .option('--json', 'write JSON');
}

/** Checks its options itself, so that all mistakes are told at once. */
function addStart(root: Command, io: Io): void {
  command(root, 'start', 'run an exchange until it is told to end')
    .option('--bind <address...>', 'addresses to listen on (default: loopback and private networks)')
    .option('--sip-port <n>', 'port of SIP over UDP, 0: any free one', '5060')
    .option('--http-port <n>', 'port of the status page, 0: any free one', '8080')
    .option('--rtp-ports <from-to>', 'ports of audio, 0: any free ones', '10000-19999')
    .option('--demo-password <word>', 'one password for all accounts of the demo exchange')
    .option('--sounds <folder...>', "folders of sounds that take the place of ours (Debian's asterisk-core-sounds)")
    .option('--drain <seconds>', 'how long calls may go on after SIGTERM', '10')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((raw: RawStartOptions, { args }: Command) => io.start(startOptions(raw, args)));
}

interface Query<S extends z.ZodType> {
  readonly name: string;
  readonly what: string;
  readonly shape: S;
  readonly show: (answer: z.infer<S>, now: number) => string;
}

function addQueries(root: Command, io: Io): void {
  const { status, call, registration } = contract;
  addQuery(root, io, { name: 'status', what: 'how the exchange is', shape: status, show: showStatus });
  addQuery(root, io, { name: 'calls', what: 'the calls in progress', shape: z.array(call), show: showCalls });
  const where = { name: 'registrations', what: 'where the phones are', shape: z.array(registration) };
  addQuery(root, io, { ...where, show: showRegistrations });
}

function addQuery<S extends z.ZodType>(root: Command, io: Io, { name, what, shape, show }: Query<S>): void {
  command(root, name, `show ${what}`).action(async ({ data, json }: Common) => {
    const answer = await ask(data, 'GET', `/api/${name}`, shape);
    io.out(json === true ? `${JSON.stringify(answer)}\n` : show(answer, io.now()));
  });
}

function addHangup(root: Command, io: Io): void {
  command(root, 'hangup', 'end a call')
    .argument('<id>', 'of the call, or a unique beginning of it')
    .action(async (id: string, { data, json }: Common) => {
      const answer = await ask(data, 'DELETE', `/api/calls/${encodeURIComponent(id)}`, contract.ended);
      io.out(json === true ? `${JSON.stringify(answer)}\n` : 'The call has ended.\n');
    });
}
