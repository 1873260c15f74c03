import type { Kernel } from '../kernel/index.ts';
import { createMediaEngine, type HostedEngine } from './engine-over-host.ts';
import { createHost } from './host.ts';
import type { HostPorts } from './ports.ts';
import { type HostCommand, type HostEvent, PROTOCOL_VERSION } from './protocol.ts';

export type InlineOptions = Pick<
  HostPorts,
  | 'udp'
  | 'files'
  | 'recordings'
  | 'programs'
  | 'opus'
  | 'addresses'
  | 'ports'
  | 'poolSize'
  | 'mediaTimeoutMs'
  | 'promptPatienceMs'
> & {
  readonly kernel: Kernel;
};

/**
 * A media host on this thread. Its messages are encoded and decoded as if it were elsewhere, and each arrives as an input
 * of its own: never inside the step that sent it.
 */
export function createInlineEngine(options: InlineOptions): HostedEngine {
  const { kernel } = options;
  const host = createHost({
    ...options,
    now: () => kernel.now(),
    wall: () => kernel.wall(),
    random: (octets) => kernel.crypto.random(octets),
    after: (scope, ms, then) => kernel[scope].after(ms, then),
    tell: (event) => {
      const text = JSON.stringify(event);
      kernel[scopeOf(event)].after(0, () => engine.heard(JSON.parse(text) as HostEvent));
    },
  });
  const send = (command: HostCommand): void => {
    const text = JSON.stringify(command);
    kernel.scene.after(0, () => host.command(JSON.parse(text) as HostCommand));
  };
  const engine = createMediaEngine({ kernel, send });
  kernel.house.after(0, () => host.command({ do: 'hello', version: PROTOCOL_VERSION }));
  return engine;
}

/** What concerns a call is the scene's; the pool is the house's. */
function scopeOf(event: HostEvent): 'house' | 'scene' {
  return 'session' in event ? 'scene' : 'house';
}
