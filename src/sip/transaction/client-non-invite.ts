import { type ClientAction, type ClientEvent, ignored, type Machine, type Table } from './machine.ts';

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';
type Event = '1xx' | '2xx' | '300-699' | 'cancel' | 'timerE' | 'timerF' | 'timerK' | 'transportError';

/** RFC 3261 §17.1.2, figure 6. Only an INVITE is cancelled (§9.1). */
const table = {
  trying: {
    '1xx': ['proceeding', 'tellResponse'],
    '2xx': ['completed', 'stopTimers', 'startK', 'tellResponse'],
    '300-699': ['completed', 'stopTimers', 'startK', 'tellResponse'],
    cancel: ignored,
    timerE: ['trying', 'doubleE', 'resendRequest'],
    timerF: ['terminated', 'tellTimeout'],
    timerK: ignored,
    transportError: ['terminated', 'tellTransport'],
  },
  proceeding: {
    '1xx': ['proceeding', 'tellResponse'],
    '2xx': ['completed', 'stopTimers', 'startK', 'tellResponse'],
    '300-699': ['completed', 'stopTimers', 'startK', 'tellResponse'],
    cancel: ignored,
    timerE: ['proceeding', 'slowE', 'resendRequest'],
    timerF: ['terminated', 'tellTimeout'],
    timerK: ignored,
    transportError: ['terminated', 'tellTransport'],
  },
  completed: {
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ignored,
    cancel: ignored,
    timerE: ignored,
    timerF: ignored,
    timerK: ['terminated'],
    transportError: ignored,
  },
} as const satisfies Table<State, Event, ClientAction>;

export const clientNonInvite: Machine<ClientEvent, ClientAction> = {
  name: 'non-INVITE client',
  start: ['trying', 'startE', 'startF', 'sendRequest'],
  table,
};
