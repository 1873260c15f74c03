import type { MessagePort } from 'node:worker_threads';
import type { HostPorts } from '../../media/ports.ts';
import type { HostCommand, HostEvent } from '../../media/protocol.ts';

/** What a worker is started with. */
export interface WorkerOptions extends Pick<HostPorts, 'addresses' | 'ports' | 'poolSize' | 'mediaTimeoutMs'> {
  /** Sound folders, absolute; the first that has a name wins. */
  readonly sounds: readonly string[];
}

/** What a worker is told: the host's commands, and ways to the other workers. */
export type WorkerCommand = HostCommand | { readonly do: 'link'; readonly peer: number; readonly port: MessagePort };

/** What a worker says: the host's events, and mistakes of ours that it contained. */
export type WorkerMessage = HostEvent | { readonly event: 'fault'; readonly error: string };
