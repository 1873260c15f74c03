import type { Message } from './live.ts';

export interface Follower {
  readonly opened: () => void;
  readonly heard: (message: Message) => void;
  /** `good`: the token may still be; the stream can be opened again. */
  readonly closed: (good: boolean) => void;
}

/** The close code of a token that opens nothing any more. */
const NO_LONGER_GOOD = 4401;

/** Opens the event stream, from `since` on when that is still known there; gives what closes it without a word. */
export function follow(token: string, since: string | undefined, follower: Follower): () => void {
  const url = new URL('/api/events', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('topics', 'calls,legs,registrations,conferences,quality');
  if (since !== undefined) url.searchParams.set('since', since);
  const socket = new WebSocket(url, ['strowger.events', `bearer.${token}`]);
  let silent = false;
  socket.addEventListener('open', () => follower.opened());
  socket.addEventListener('message', ({ data }) => {
    if (!silent) follower.heard(JSON.parse(String(data)) as Message);
  });
  socket.addEventListener('close', ({ code }) => {
    if (!silent) follower.closed(code !== NO_LONGER_GOOD);
  });
  return () => {
    silent = true;
    socket.close();
  };
}
