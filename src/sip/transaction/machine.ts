import type { TimerEvent } from './timers.ts';

/** The shape of a transaction's machine: a constant table `state × event → [next state, …actions]` (RFC 3261 §17, RFC 6026). */

/** This event changes nothing in this state and sends nothing. */
export const ignored = 'ignored';

/** The next state, then what is done, in order. An action that tells the user stands last. */
export type Step<S extends string, A extends string> = readonly [to: S, ...actions: readonly A[]];

/** Every event in every state. A terminated transaction is destroyed at once, so it has no row. */
export type Table<S extends string, E extends string, A extends string> = {
  readonly [from in Exclude<S, 'terminated'>]: { readonly [event in E]: Step<S, A> | typeof ignored };
};

/** A machine with the names of its states forgotten: what the runner runs and the diagrams are drawn from. */
export interface Machine<E extends string, A extends string> {
  readonly name: string;
  readonly start: Step<string, A>;
  readonly table: Readonly<Record<string, Readonly<Partial<Record<E, Step<string, A> | typeof ignored>>>>>;
}

/** A response by its class: what the machines of both sides tell apart. */
export type ResponseEvent = '1xx' | '2xx' | '300-699';

export type ClientEvent = ResponseEvent | 'cancel' | 'transportError' | TimerEvent;

export type ClientAction =
  | 'startA'
  | 'doubleA'
  | 'startB'
  | 'startCancel'
  | 'startD'
  | 'startE'
  | 'doubleE'
  | 'slowE'
  | 'startF'
  | 'startK'
  | 'startM'
  | 'stopTimers'
  | 'sendRequest'
  | 'resendRequest'
  | 'sendAck'
  | 'resendAck'
  | 'sendCancel'
  | 'tellResponse'
  | 'tellTimeout'
  | 'tellTransport';

export type ServerEvent = ResponseEvent | 'challenge' | 'request' | 'ack' | 'transportError' | TimerEvent;

export type ServerAction =
  | 'startG'
  | 'doubleG'
  | 'startH'
  | 'startI'
  | 'startJ'
  | 'startL'
  | 'stopTimers'
  | 'sendResponse'
  | 'resendResponse'
  | 'tellRequest'
  | 'tellAck'
  | 'tellUnacknowledged';

export function responseEvent(status: number): ResponseEvent {
  if (status < 200) return '1xx';
  return status < 300 ? '2xx' : '300-699';
}

/** 401 and 407 to an INVITE are refusals of their own kind (RFC 3261 §26.3.2.4). */
export function serverEvent(method: string, status: number): ServerEvent {
  return method === 'INVITE' && (status === 401 || status === 407) ? 'challenge' : responseEvent(status);
}
