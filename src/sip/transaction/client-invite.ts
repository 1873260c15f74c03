import { type ClientAction, type ClientEvent, ignored, type Machine, type Table } from './machine.ts';

type State =
  | 'calling'
  /** CANCEL is wanted, but no response has come yet: it must wait (RFC 3261 §9.1). */
  | 'cancelPending'
  | 'proceeding'
  /** CANCEL was sent. */
  | 'cancelling'
  | 'completed'
  | 'accepted'
  | 'terminated';

type Event =
  | '1xx'
  | '2xx'
  | '300-699'
  | 'cancel'
  | 'timerA'
  | 'timerB'
  | 'timerD'
  | 'timerM'
  | 'timerCancel'
  | 'transportError';

/** RFC 3261 §17.1.1 with RFC 6026 figure 5 and CANCEL (RFC 3261 §9.1). */
const table = {
  calling: {
    '1xx': ['proceeding', 'stopTimers', 'tellResponse'],
    '2xx': ['accepted', 'stopTimers', 'startM', 'tellResponse'],
    '300-699': ['completed', 'stopTimers', 'startD', 'sendAck', 'tellResponse'],
    cancel: ['cancelPending'],
    timerA: ['calling', 'doubleA', 'resendRequest'],
    timerB: ['terminated', 'tellTimeout'],
    timerD: ignored,
    timerM: ignored,
    timerCancel: ignored,
    transportError: ['terminated', 'tellTransport'],
  },
  cancelPending: {
    '1xx': ['cancelling', 'stopTimers', 'startCancel', 'sendCancel', 'tellResponse'],
    '2xx': ['accepted', 'stopTimers', 'startM', 'tellResponse'],
    '300-699': ['completed', 'stopTimers', 'startD', 'sendAck', 'tellResponse'],
    cancel: ignored,
    timerA: ['cancelPending', 'doubleA', 'resendRequest'],
    timerB: ['terminated', 'tellTimeout'],
    timerD: ignored,
    timerM: ignored,
    timerCancel: ignored,
    transportError: ['terminated', 'tellTransport'],
  },
  proceeding: {
    '1xx': ['proceeding', 'tellResponse'],
    '2xx': ['accepted', 'startM', 'tellResponse'],
    '300-699': ['completed', 'startD', 'sendAck', 'tellResponse'],
    cancel: ['cancelling', 'startCancel', 'sendCancel'],
    timerA: ignored,
    timerB: ignored,
    timerD: ignored,
    timerM: ignored,
    timerCancel: ignored,
    transportError: ['terminated', 'tellTransport'],
  },
  cancelling: {
    '1xx': ['cancelling', 'tellResponse'],
    '2xx': ['accepted', 'stopTimers', 'startM', 'tellResponse'],
    '300-699': ['completed', 'stopTimers', 'startD', 'sendAck', 'tellResponse'],
    cancel: ignored,
    timerA: ignored,
    timerB: ignored,
    timerD: ignored,
    timerM: ignored,
    timerCancel: ['terminated', 'tellTimeout'],
    transportError: ['terminated', 'tellTransport'],
  },
  completed: {
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ['completed', 'resendAck'],
    cancel: ignored,
    timerA: ignored,
    timerB: ignored,
    timerD: ['terminated'],
    timerM: ignored,
    timerCancel: ignored,
    transportError: ['terminated'],
  },
  accepted: {
    '1xx': ignored,
    '2xx': ['accepted', 'tellResponse'],
    '300-699': ignored,
    cancel: ignored,
    timerA: ignored,
    timerB: ignored,
    timerD: ignored,
    timerM: ['terminated'],
    timerCancel: ignored,
    // The 2xx was told; a fork's 2xx may still come another way.
    transportError: ignored,
  },
} as const satisfies Table<State, Event, ClientAction>;

export const clientInvite: Machine<ClientEvent, ClientAction> = {
  name: 'INVITE client',
  start: ['calling', 'startA', 'startB', 'sendRequest'],
  table,
};
