/**
 * Nothing a run has started may outlive it, however it ends: everything it starts bears its mark in the environment, also what has left
 * its process group. As a program of its own this waits until whoever holds its standard input is gone, and then ends all of it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MARK = 'STROWGER_BENCH_RUN';

/** Marks what this process starts from now on, and has it watched; the mark of a part also bears its name. */
export function keep(): (part: string) => Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-run-'));
  const run = basename(folder);
  const keeper = spawn(process.execPath, [fileURLToPath(import.meta.url), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  return (part) => ({ [MARK]: `${run}:${part}`, TMPDIR: folder });
}

/** Ends at once whatever bears this mark, but for the caller: its process, its children and theirs. */
export function sweep(mark: Record<string, string>): void {
  end(`${MARK}=${mark[MARK] ?? ''}`);
}

function end(mark: string): void {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && pid !== process.pid && environment(pid).some((one) => one.startsWith(mark))) kill(pid);
  }
}

function environment(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? 'none';
  process.stdin.resume();
  process.stdin.on('close', () => {
    end(`${MARK}=${basename(folder)}:`);
    rmSync(folder, { recursive: true, force: true });
  });
}
