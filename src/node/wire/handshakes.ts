import type { Kernel } from '../../kernel/index.ts';
import type { HandshakeFailed } from './stream.ts';

/** What is told of handshakes that came to nothing. */
export interface HandshakeNews {
  /** How many since the last that was told, this one included. */
  readonly failures: number;
  /** Who the last of them was, and why. */
  readonly address: string;
  readonly why: string;
}

/** Anybody may fail as often as he likes: it is told at most so often. */
const QUIET_MS = 60_000;

/** Counts handshakes that fail; the first is told at once, those after it together. */
export function handshakeNews(kernel: Kernel, tell: (news: HandshakeNews) => void): HandshakeFailed {
  let failures = 0;
  let last: Omit<HandshakeNews, 'failures'> | undefined;
  let quiet = false;
  const told = (): void => {
    quiet = false;
    if (failures === 0 || last === undefined) return;
    quiet = true;
    kernel.house.after(QUIET_MS, told);
    const news = { failures, ...last };
    failures = 0;
    tell(news);
  };
  return (address, why) => {
    failures += 1;
    last = { address, why };
    if (!quiet) told();
  };
}
