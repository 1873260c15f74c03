import { close, constants, fstatSync, openSync, write, writeSync } from 'node:fs';

/** Octets that wait for a terminal that takes none; what comes after that is lost. */
const MOST = 1 << 20;
const AGAIN_MS = 100;

export interface LineWriter {
  write(line: string): void;
  /** Writes what is left as far as it is taken at once, and is done. */
  end(): void;
}

/**
 * Writes lines to stderr, behind. Nothing waits for it: a reader that has stopped reading, a terminal that is gone or a disk that
 * is full cost lines, never the exchange, nor its end.
 */
export function stderrLines(): LineWriter {
  const file = ownFile();
  let waiting: Buffer[] = [];
  let octets = 0;
  let busy = false;
  let ended = false;

  const next = (): void => {
    if (busy || ended || waiting.length === 0) return;
    const block = Buffer.concat(waiting);
    [waiting, octets, busy] = [[], 0, true];
    write(file.fd, block, (error, written) => {
      busy = false;
      const rest = error === null ? block.subarray(written) : error.code === 'EAGAIN' ? block : undefined;
      if (rest !== undefined && rest.length > 0) {
        waiting.unshift(rest);
        octets += rest.length;
      }
      if (error?.code === 'EAGAIN') setTimeout(next, AGAIN_MS).unref();
      else next();
      if (ended) finish();
    });
  };
  const finish = (): void => {
    try {
      if (waiting.length > 0) writeSync(file.fd, Buffer.concat(waiting));
    } catch {
      // Nobody takes them.
    }
    waiting = [];
    if (file.own) close(file.fd, () => undefined);
  };
  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      if (ended || octets + bytes.length > MOST) return;
      waiting.push(bytes);
      octets += bytes.length;
      next();
    },
    end: () => {
      if (ended) return;
      ended = true;
      if (!busy) finish();
    },
  };
}

/**
 * A pipe and a terminal are opened again, so as not to wait for their readers (O_NONBLOCK) while others who hold them may. A file
 * never makes anybody wait, and would be begun anew; a socket cannot be opened.
 */
function ownFile(): { readonly fd: number; readonly own: boolean } {
  try {
    const found = fstatSync(2);
    if (!found.isFIFO() && !found.isCharacterDevice()) return { fd: 2, own: false };
    const fd = openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return { fd, own: true };
  } catch {
    return { fd: 2, own: false };
  }
}
