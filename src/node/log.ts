import { type Level, type Logger, pino } from 'pino';
import { stderrLines } from './stderr.ts';

export type Log = Logger;

/** Names under which secrets travel; whatever stands there is never written. */
const SECRETS = ['password', 'demoPassword', 'secret', 'ha1', 'md5', 'sha256', 'authorization', 'nonce', 'response'];

/** One JSON line per event to stderr, or where `write` takes it. Lines still in memory are written when the process ends. */
export function createLog(options: {
  readonly level?: Level | 'silent';
  readonly write?: (line: string) => void;
}): Log {
  const stream = { write: options.write ?? toStderr() };
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    stream,
  );
}

/** One for the process; the lines that are left go out when it ends. */
function toStderr(): (line: string) => void {
  const lines = stderrLines();
  process.once('exit', () => lines.end());
  return (line) => lines.write(line);
}

/** One event: its name, the call it belongs to where there is one, and its facts. */
export function logEvent(
  log: Log,
  event: string,
  facts: Readonly<Record<string, unknown>> = {},
  level: Level = 'info',
): void {
  log[level]({ event, ...facts });
}
