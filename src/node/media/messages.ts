import type { MessagePort } from 'node:worker_threads';
import type { HostPorts } from '../../media/ports.ts';
import type { HostCommand, HostEvent } from '../../media/protocol.ts';

/** What a worker is started with. */
export interface WorkerOptions
  extends Pick<HostPorts, 'addresses' | 'ports' | 'poolSize' | 'poolSpare' | 'mediaTimeoutMs'> {
  /** Sound folders, absolute; the first that has a name wins. */
  readonly sounds: readonly string[];
  /** The folder of recordings; undefined: nothing can be recorded. */
  readonly recordings?: string | undefined;
}

/** What a worker is told: the host's commands, ways to the other workers, and to say that it is there. */
export type WorkerCommand =
  | HostCommand
  | { readonly do: 'ping' }
  | { readonly do: 'link'; readonly peer: number; readonly port: MessagePort };

/** What a worker says: the host's events, that it is there, and mistakes of ours that it contained. */
export type WorkerMessage =
  | HostEvent
  | { readonly event: 'pong' }
  | { readonly event: 'fault'; readonly error: string };

/** What changes nothing that anybody hears: milliseconds later will do. */
export function isPatient(command: WorkerCommand): boolean {
  if (command.do === 'apply') return command.spec.hears.kind === 'nothing' && command.spec.taps === undefined;
  return command.do === 'open' || command.do === 'close';
}

/** What nobody waits for. */
export function isAside({ event }: WorkerMessage): boolean {
  return event === 'closed' || event === 'leased';
}
