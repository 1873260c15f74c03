import { type ServerAction, type ServerEvent, ignored, type Machine, type Table } from './machine.ts';

type State =
  | 'proceeding'
  | 'accepted'
  | 'completed'
  /** As completed, but the refusal is not repeated by itself: who cannot be trusted is answered once (RFC 3261 §26.3.2.4). */
  | 'challenged'
  | 'confirmed'
  | 'terminated';
type Event =
  | 'request'
  | 'ack'
  | '1xx'
  | '2xx'
  | '300-699'
  | 'challenge'
  | 'timerG'
  | 'timerH'
  | 'timerI'
  | 'timerL'
  | 'transportError';

/** RFC 3261 §17.2.1 with RFC 6026 figure 7. A transport error changes no state: the INVITE may still be repeated (RFC 6026 §7.1). */
const table = {
  proceeding: {
    request: ['proceeding', 'resendResponse'],
    ack: ignored,
    '1xx': ['proceeding', 'sendResponse'],
    '2xx': ['accepted', 'startL', 'sendResponse'],
    '300-699': ['completed', 'startG', 'startH', 'sendResponse'],
    challenge: ['challenged', 'startI', 'sendResponse'],
    timerG: ignored,
    timerH: ignored,
    timerI: ignored,
    timerL: ignored,
    // No final response is lost yet; the one to come is sent as ever.
    transportError: ignored,
  },
  accepted: {
    request: ignored,
    ack: ['accepted', 'tellAck'],
    '1xx': ignored,
    '2xx': ['accepted', 'sendResponse'],
    '300-699': ignored,
    challenge: ignored,
    timerG: ignored,
    timerH: ignored,
    timerI: ignored,
    timerL: ['terminated'],
    transportError: ['accepted', 'tellUnacknowledged'],
  },
  completed: {
    request: ['completed', 'resendResponse'],
    ack: ['confirmed', 'stopTimers', 'startI'],
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ignored,
    challenge: ignored,
    timerG: ['completed', 'doubleG', 'resendResponse'],
    timerH: ['terminated', 'tellUnacknowledged'],
    timerI: ignored,
    timerL: ignored,
    transportError: ['completed', 'tellUnacknowledged'],
  },
  challenged: {
    request: ['challenged', 'resendResponse'],
    ack: ['confirmed', 'stopTimers', 'startI'],
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ignored,
    challenge: ignored,
    timerG: ignored,
    timerH: ignored,
    timerI: ['terminated'],
    timerL: ignored,
    transportError: ignored,
  },
  confirmed: {
    request: ignored,
    ack: ignored,
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ignored,
    challenge: ignored,
    timerG: ignored,
    timerH: ignored,
    timerI: ['terminated'],
    timerL: ignored,
    transportError: ignored,
  },
} as const satisfies Table<State, Event, ServerAction>;

export const serverInvite: Machine<ServerEvent, ServerAction> = {
  name: 'INVITE server',
  start: ['proceeding', 'tellRequest'],
  table,
};
