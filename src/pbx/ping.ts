import type { Kernel } from '../kernel/index.ts';
import type { Flow, Wire } from '../sip/transport/types.ts';
import type { UserAgent } from '../sip/usage/types.ts';
import type { Binding } from './bindings.ts';
import { destinationOf } from './destination.ts';

export interface PingPorts {
  readonly kernel: Kernel;
  readonly agent: UserAgent;
  readonly wire: Wire;
  /** Our host as a flow's peer knows it. */
  readonly host: (flow: Flow) => string;
}

/**
 * OPTIONS to a contact (RFC 3261 §11), in the house scope. Any response means that the phone is there; a proxy that says that
 * it is not (408, 430) does not.
 */
export function ping(
  { agent, kernel, wire, host }: PingPorts,
  binding: Binding,
  done: (answered: boolean) => void,
): void {
  const to = destinationOf(wire, binding);
  if (to === undefined) return done(false);
  const who = { from: `<sip:${host(to.flow)}>`, to: `<${to.requestUri}>` };
  agent.request('OPTIONS', to, who, { scope: kernel.house }, (result) => {
    const answered = 'kind' in result || result.response !== undefined;
    done(answered && result.status !== 408 && result.status !== 430);
  });
}
