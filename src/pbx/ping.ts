import type { Kernel } from '../kernel/index.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { Destination, UserAgent } from '../sip/usage/types.ts';

export interface PingPorts {
  readonly kernel: Kernel;
  readonly agent: UserAgent;
  /** Our host as a flow's peer knows it. */
  readonly host: (flow: Flow) => string;
}

/**
 * OPTIONS (RFC 3261 §11), in the house scope. Any response means that the phone is there; a proxy that says that it is not
 * (408, 430) does not. `to` undefined: there is no way to it.
 */
export function ping(
  { agent, kernel, host }: PingPorts,
  to: Destination | undefined,
  done: (answered: boolean) => void,
): void {
  if (to === undefined) return done(false);
  const who = { from: `<sip:${host(to.flow)}>`, to: `<${to.requestUri}>` };
  agent.request('OPTIONS', to, who, { scope: kernel.house }, (result) => {
    const answered = 'kind' in result || result.response !== undefined;
    done(answered && result.status !== 408 && result.status !== 430);
  });
}
