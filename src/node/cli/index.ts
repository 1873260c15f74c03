import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { contract } from '../../api/index.ts';
import { StrowgerError } from '../../kernel/index.ts';
import { ask, Refused } from './control-client.ts';
import { addOriginate, NotReached } from './originate.ts';
import { showCalls, showRecords, showRegistrations, showStatus } from './show.ts';
import { type RawStartOptions, type StartOptions, startOptions } from './start-options.ts';
import { addToken } from './token.ts';
import { addTransfer } from './transfer.ts';

export type { RawStartOptions, StartOptions } from './start-options.ts';

/** The options of a line over those of a file. */
export type Complete = (file: Partial<RawStartOptions>) => StartOptions;

/** How a command ends: 0 done, 1 failed, 2 not understood, 3 no exchange is running. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface CliPorts {
  /** Runs an exchange; the command has ended when this settles. `complete` takes what a configuration says where the line is silent. */
  readonly start: (options: StartOptions, complete: Complete) => Promise<void>;
  /** Checks a configuration; a sentence about it. Rejects with E_CONFIG or E_CONFIG_FILE. */
  readonly check: (file: string | undefined) => Promise<string>;
  readonly version: string;
  readonly out?: (text: string) => void;
  readonly err?: (text: string) => void;
  /** Wall milliseconds. */
  readonly now?: () => number;
}

export type Io = Required<CliPorts>;

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
  if (error instanceof NotReached) return 1;
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
  addCheck(root, io);
  addQueries(root, io);
  addHangup(root, io);
  addOriginate(command, root, io);
  addTransfer(command, root, io);
  addToken(command, root, io);
  command(root, 'version', 'say which Strowger this is').action(({ json }: Common) =>
    io.out(json === true ? `${JSON.stringify({ version: io.version })}\n` : `${io.version}\n`),
  );
  return root;
}

export interface Common {
  readonly data: string;
  readonly json?: boolean;
}

export type NewCommand = typeof command;

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
    .option('--config <file>', 'configuration (default: the demo exchange)')
    .option('--bind <address...>', 'addresses to listen on (default: loopback and private networks)')
    .option('--sip-port <n>', 'port of SIP over UDP and TCP, 0: any free one (default: 5060)')
    .option('--sip-tls-port <n>', 'port of SIP over TLS, or off (default: the one above)')
    .option('--sip-ws-port <n>', 'port of SIP over WebSocket, or off (default: 8088)')
    .option('--sip-wss-port <n>', 'port of SIP over secure WebSocket, or off (default: 8089)')
    .option('--tls-certificate <file>', 'PEM certificate with its chain (default: one of its own, in the data folder)')
    .option('--tls-key <file>', 'its PEM key')
    .option('--http-port <n>', 'port of the console, 0: any free one (default: 8080)')
    .option('--http-bind <address...>', 'addresses of the console and the API (default: 127.0.0.1)')
    .option('--rtp-ports <from-to>', 'ports of audio, 0: any free ones (default: 10000-19999)')
    .option('--demo-password <word>', 'one password for all accounts of the demo exchange')
    .option('--sounds <folder...>', "folders of sounds that take the place of ours (Debian's asterisk-core-sounds)")
    .option('--drain <seconds>', 'how long calls may go on after SIGTERM (default: 10)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((raw: RawStartOptions, { args }: Command) =>
      io.start(startOptions(raw, args), (file) => startOptions({ ...file, ...raw }, args)),
    );
}

function addCheck(root: Command, io: Io): void {
  root
    .command('check')
    .description('look for mistakes in a configuration; starts nothing')
    .argument('[file]', 'the configuration (default: strowger.config.ts, else strowger.yaml)')
    .action(async (file: string | undefined) => io.out(`${await io.check(file)}\n`));
}

interface Query<S extends z.ZodType> {
  readonly name: string;
  /** Where it is asked; the name unless said. */
  readonly path?: string;
  readonly what: string;
  readonly shape: S;
  readonly show: (answer: z.infer<S>, now: number) => string;
}

function addQueries(root: Command, io: Io): void {
  const { status, call, record, registration } = contract;
  addQuery(root, io, { name: 'status', what: 'how the exchange is', shape: status, show: showStatus });
  addQuery(root, io, { name: 'calls', what: 'the calls in progress', shape: z.array(call), show: showCalls });
  const records = { name: 'records', path: 'cdr', what: 'the calls that have ended', shape: z.array(record) };
  addQuery(root, io, { ...records, show: showRecords });
  const where = { name: 'registrations', what: 'where the phones are', shape: z.array(registration) };
  addQuery(root, io, { ...where, show: showRegistrations });
}

function addQuery<S extends z.ZodType>(
  root: Command,
  io: Io,
  { name, path = name, what, shape, show }: Query<S>,
): void {
  command(root, name, `show ${what}`).action(async ({ data, json }: Common) => {
    const answer = await ask(data, 'GET', `/api/${path}`, shape);
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
