import { parentPort, workerData } from 'node:worker_threads';
import { why } from '../why.ts';
import { type Commits, commitsOn } from './commits.ts';
import { openFile } from './file.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

/** Runs in its own thread, so that waiting for the disk never stops the stack. */
function serve(file: string): void {
  const db = openFile(file);
  if ('kind' in db) return tell({ refused: db });
  const commits = commitsOn(db);
  parentPort?.on('message', (message: ToWorker) => {
    if ('close' in message) {
      db.close();
      tell({ closed: true });
      parentPort?.close();
    } else tell(answer(commits, message));
  });
  tell({ opened: true });
}

function answer(commits: Commits, message: Exclude<ToWorker, { close: true }>): FromWorker {
  if ('group' in message) return { results: commits.group(message.group) };
  try {
    return { rows: commits.load(message.load, message.last) };
  } catch (error) {
    return { failed: why(error) };
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

serve(String(workerData));
