import { type Configured, configure } from './configure.ts';
import type { Exchange } from './exchange.ts';
import { type Kernel, StrowgerError } from './kernel/index.ts';
import { instructions } from './instructions.ts';
import { type Log, logEvent } from './node/log.ts';
import { type Difference, differences, type ExchangeConfig, fixed } from './pbx/index.ts';

export interface Reloading {
  readonly kernel: Kernel;
  readonly log: Log;
  readonly exchange: Exchange;
  /** Which exchange it is. */
  readonly here: Pick<ExchangeConfig, 'version' | 'node'>;
  /** Accounts of the Store, and the folder it is in. */
  readonly stored: readonly string[];
  readonly folder: string;
}

/**
 * Reads the configuration again: says what differs, and follows it whole or not at all. Gives the one that is followed
 * from now on; never rejects.
 */
export async function reload(followed: Configured, reloading: Reloading): Promise<Configured> {
  const { kernel, log, stored, folder } = reloading;
  try {
    const next = await configure(followed.file, kernel.crypto);
    next.refuse(stored, folder);
    const changes = differences(followed.settings, next.settings);
    refuseFixed(changes);
    follow(next, reloading);
    tell(log, changes, next);
    return next;
  } catch (error) {
    logEvent(log, 'reload.refused', { why: whyRefused(error) }, 'error');
    return followed;
  }
}

function refuseFixed(changes: readonly Difference[]): void {
  const errors = fixed(changes).map((key) => new StrowgerError('E_CONFIG_FIXED', { key }));
  if (errors.length === 0) return;
  throw new StrowgerError('E_CONFIG', {
    mistakes: errors.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'),
  });
}

/** One step of the kernel; what goes wrong in it is ours to tell, not the kernel's to count. */
function follow(next: Configured, { kernel, exchange, here }: Reloading): void {
  let failed: { readonly error: unknown } | undefined;
  kernel.input('reload', () => {
    try {
      exchange.reload(instructions(next.settings, here));
    } catch (error) {
      failed = { error };
    }
  });
  if (failed !== undefined) throw failed.error;
}

function tell(log: Log, changes: readonly Difference[], { settings, file }: Configured): void {
  log.level = settings.written.log;
  for (const change of changes) logEvent(log, 'reload.changed', { ...change });
  logEvent(log, 'reloaded', { file, changes: changes.length });
}

function whyRefused(error: unknown): string {
  if (error instanceof StrowgerError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
