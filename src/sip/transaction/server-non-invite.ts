import { type ServerAction, type ServerEvent, ignored, type Machine, type Table } from './machine.ts';

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';
type Event = 'request' | '1xx' | '2xx' | '300-699' | 'timerJ' | 'transportError';

/** RFC 3261 §17.2.2, figure 8. A transport error changes no state (RFC 6026 §8.8). */
const table = {
  trying: {
    request: ignored,
    '1xx': ['proceeding', 'sendResponse'],
    '2xx': ['completed', 'startJ', 'sendResponse'],
    '300-699': ['completed', 'startJ', 'sendResponse'],
    timerJ: ignored,
    transportError: ignored,
  },
  proceeding: {
    request: ['proceeding', 'resendResponse'],
    '1xx': ['proceeding', 'sendResponse'],
    '2xx': ['completed', 'startJ', 'sendResponse'],
    '300-699': ['completed', 'startJ', 'sendResponse'],
    timerJ: ignored,
    transportError: ignored,
  },
  completed: {
    request: ['completed', 'resendResponse'],
    '1xx': ignored,
    '2xx': ignored,
    '300-699': ignored,
    timerJ: ['terminated'],
    transportError: ignored,
  },
} as const satisfies Table<State, Event, ServerAction>;

export const serverNonInvite: Machine<ServerEvent, ServerAction> = {
  name: 'non-INVITE server',
  start: ['trying', 'tellRequest'],
  table,
};
