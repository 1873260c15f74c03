import { lstatSync, unlinkSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { operations } from '../../api/index.ts';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { controlSocket } from '../data-folder.ts';
import { why } from '../why.ts';
import { attachEvents } from './events.ts';
import { createServer, mount } from './mount.ts';

/** sun_path holds 104 octets with its end on some systems, 108 on Linux. */
const LONGEST_PATH = 103;

export interface Control {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * The whole API on a socket in the data folder that only its owner can open. Rejects with E_RUNNING when an exchange
 * answers there already, with E_CONTROL when the socket cannot be made.
 */
export async function openControl(options: {
  readonly kernel: Kernel;
  readonly view: ExchangeView;
  /** The data folder. */
  readonly folder: string;
}): Promise<Control> {
  const path = controlSocket(options.folder);
  await claim(path, options.folder);
  const app = createServer();
  mount(app, operations, options);
  await app.ready();
  const server = createHttpServer({ requestTimeout: 10_000 }, (request, reply) => app.routing(request, reply));
  const endStreams = attachEvents(server, options);
  await listen(server, path);
  return {
    path,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      endStreams();
      server.closeAllConnections();
      await closed;
      await app.close();
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  try {
    const listening = once(server, 'listening');
    narrowly(() => server.listen(path));
    await listening;
  } catch (error) {
    throw new StrowgerError('E_CONTROL', { path, why: why(error) }, { cause: error });
  }
}

/** Binding happens within the call, so the socket is its owner's from the first moment and no other file is touched. */
function narrowly(bind: () => void): void {
  const mask = process.umask(0o177);
  try {
    bind();
  } finally {
    process.umask(mask);
  }
}

/** Takes away a socket that a killed exchange left; never one that answers, nor a file of another kind. */
async function claim(path: string, folder: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new StrowgerError('E_CONTROL', { path, why: 'the path is too long' });
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new StrowgerError('E_CONTROL', { path, why: 'a file of that name is in the way' });
  if (await answers(path)) throw new StrowgerError('E_RUNNING', { folder });
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
