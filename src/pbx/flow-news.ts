import type { Kernel } from '../kernel/index.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { PbxEvent } from './events.ts';

/** Events of one second: a network that fails must not fill a disk. */
const MOST_A_SECOND = 10;

/** Tells of connections that ended; those that came too thick are counted in the next one that is told. */
export function flowNews(kernel: Kernel, tell: (event: PbxEvent) => void): (flow: Flow, why: string) => void {
  let since = Number.NEGATIVE_INFINITY;
  let told = 0;
  let untold = 0;
  return ({ protocol, remote, reliable }, why) => {
    if (!reliable) return;
    if (kernel.now() - since >= 1000) {
      since = kernel.now();
      told = 0;
    }
    told += 1;
    if (told > MOST_A_SECOND) return void (untold += 1);
    const event: PbxEvent = { event: 'flow.closed', peer: `${protocol}:${remote.address}:${remote.port}`, why, untold };
    untold = 0;
    kernel.afterStep(() => tell(event));
  };
}
