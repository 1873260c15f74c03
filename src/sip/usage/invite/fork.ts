import { sdpOf } from '../fields.ts';
import { type Exchange, type ExchangeEvent, exchangeAfter } from './exchange.ts';
import type { Session } from './session.ts';

/** What an INVITE usage keeps of one of its dialogs: forks have each their own (RFC 6337 §2.2). Plain data. */
export interface Fork {
  exchange: Exchange;
  /** Our offer that waits for its answer. */
  offer: Uint8Array | undefined;
  /** What we said in the last exchange that was completed: a refresh repeats these octets (RFC 4028 §7.4). */
  local: Uint8Array | undefined;
  /** uac: the answer to the INVITE's offer as far as it was told before the 2xx. */
  answer: Uint8Array | undefined;
  /** uac: RSeq of the last reliable provisional response (RFC 3262 §4). */
  rseq: number | undefined;
}

/** The fork with that tag; before the first response there is one without. */
export function forkOf(session: Session, tag = session.remoteTag): Fork {
  const known = session.forks.get(tag);
  if (known !== undefined) return known;
  const fork = newFork(session);
  session.forks.set(tag, fork);
  return fork;
}

function newFork({ record }: Session): Fork {
  const offer = sdpOf(record.invite);
  const ours = record.role === 'uac';
  return {
    exchange: offer === undefined ? 'none' : ours ? 'ours' : 'theirs',
    offer: ours ? offer : undefined,
    local: undefined,
    answer: undefined,
    rseq: undefined,
  };
}

/** Takes the step if it may be taken now. `sdp`: what we send. */
export function exchanged(fork: Fork, event: ExchangeEvent, sdp?: Uint8Array): boolean {
  const next = exchangeAfter(fork.exchange, event);
  if (next === undefined) return false;
  fork.exchange = next;
  if (event === 'sendAnswer') fork.local = sdp;
  if (event === 'takeAnswer') fork.local = fork.offer;
  fork.offer = event === 'sendOffer' ? sdp : undefined;
  fork.answer = undefined;
  return true;
}
