import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { LinkMessage } from '../../media/abroad.ts';
import { createHost, type Host } from '../../media/host.ts';
import { liveCrypto } from '../clock.ts';
import { isAside, type WorkerCommand, type WorkerMessage, type WorkerOptions } from './messages.ts';
import { loadOpus } from './opus.ts';
import { Outbox } from './outbox.ts';
import { createPrograms } from './programs.ts';
import { createRecordingFiles } from './recordings.ts';
import { createSoundFiles } from './sounds.ts';
import { createUdp } from './udp.ts';

/** Who has ports again, and what has ended, may be told so much later (ms). */
const PATIENCE = 40;

/** The thread of a media host: owns its sockets and its clock, speaks the media protocol with the thread that made it. */
function run(port: MessagePort, options: WorkerOptions): void {
  const outbox = new Outbox<WorkerMessage>((messages) => port.postMessage(messages), PATIENCE);
  const tell = (message: WorkerMessage): void => outbox.put(message, isAside(message));
  const crypto = liveCrypto();
  const host = createHost({
    ...options,
    udp: createUdp(),
    files: createSoundFiles(options.sounds),
    recordings: options.recordings === undefined ? undefined : createRecordingFiles(options.recordings),
    programs: createPrograms(),
    opus: loadOpus,
    now: () => performance.now(),
    wall: () => Date.now(),
    random: (octets) => crypto.random(octets),
    after: (_scope, ms, then) => {
      const timeout = setTimeout(then, Math.ceil(ms));
      return { cancel: () => clearTimeout(timeout) };
    },
    tell,
  });
  // Each callback of the runtime, and each command, is one input; what one throws ends that input, not the calls of the thread.
  const fault = (error: Error): void => tell({ event: 'fault', error: error.stack ?? error.message });
  process.on('uncaughtException', fault);
  port.on('message', (commands: readonly WorkerCommand[]) => {
    for (const command of commands) {
      try {
        obey(host, command, tell);
      } catch (error) {
        fault(error instanceof Error ? error : new Error(String(error)));
      }
    }
  });
}

function obey(host: Host, command: WorkerCommand, tell: (message: WorkerMessage) => void): void {
  if (command.do === 'ping') tell({ event: 'pong' });
  else if (command.do === 'link') link(host, command.peer, command.port);
  else host.command(command);
}

function link(host: Host, peer: number, port: MessagePort): void {
  host.link(peer, (message) => port.postMessage(message));
  port.on('message', (message: LinkMessage) => host.linked(peer, message));
}

if (parentPort !== null) run(parentPort, workerData as WorkerOptions);
