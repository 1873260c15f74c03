import { transferTable } from '../src/call/index.ts';
import { tables } from '../src/sip/transaction/index.ts';
import { inviteTable, subscriptionTable } from '../src/sip/usage/index.ts';
import { reliableTable } from '../src/sip/usage/invite/reliable-states.ts';
import { timerTable } from '../src/sip/usage/invite/timer-states.ts';

type Step = readonly string[];
type Rows = Readonly<Record<string, Readonly<Record<string, Step | 'ignored'>>>>;

interface Drawn {
  readonly title: string;
  /** Where the table stands, and the law it keeps. */
  readonly from: string;
  readonly starts: readonly Step[];
  readonly rows: Rows;
}

const diagrams: readonly Drawn[] = [
  ...tables.map(({ name, start, table }) => ({
    title: `${name} transaction`,
    from: '`src/sip/transaction`; RFC 3261 §17 and §9.1, RFC 6026',
    starts: [start],
    rows: table,
  })),
  {
    title: 'INVITE usage',
    from: '`src/sip/usage/invite/states.ts`; RFC 3261 §13 and §15',
    starts: [['inviting'], ['offered']],
    rows: inviteTable,
  },
  {
    title: 'Reliable provisional responses',
    from: '`src/sip/usage/invite/reliable-states.ts`; RFC 3262 §3',
    starts: [['idle']],
    rows: reliableTable,
  },
  {
    title: 'Session timer',
    from: '`src/sip/usage/invite/timer-states.ts`; RFC 4028 §10',
    starts: [['off']],
    rows: timerTable,
  },
  {
    title: 'Subscription, at the notifier',
    from: '`src/sip/usage/subscribe/states.ts`; RFC 6665 §4.2.2',
    starts: [['idle']],
    rows: subscriptionTable,
  },
  {
    title: 'Transfer',
    from: '`src/call/transfer-states.ts`',
    starts: [['asking']],
    rows: transferTable,
  },
];

/** docs/state-machines.md: the constant tables, drawn. */
export function stateMachines(): string {
  return [
    '# State machines\n\n',
    'Drawn from the constant tables that the code runs. An arrow says *event*, and behind the stroke the actions in their ',
    'order. What is not drawn changes nothing and sends nothing.\n',
    ...diagrams.map(section),
  ].join('');
}

function section({ title, from, starts, rows }: Drawn): string {
  const arrow = arrowsOf(rows);
  const begin = starts.map((step) => arrow('[*]', step, ''));
  const steps = Object.entries(rows).flatMap(([state, row]) =>
    Object.entries(row).flatMap(([event, step]) => (step === 'ignored' ? [] : [arrow(state, step, event)])),
  );
  const lines = [...begin, ...merged(steps)].map(({ text }) => `  ${text}\n`).join('');
  return `\n## ${title}\n\nThe table: ${from}.\n\n\`\`\`mermaid\nstateDiagram-v2\n${lines}\`\`\`\n`;
}

interface Arrow {
  readonly text: string;
  readonly ends: string;
  readonly event: string;
  readonly actions: string;
}

/** A state without a row, or with an empty one, is the end. */
function arrowsOf(rows: Rows): (from: string, step: Step, event: string) => Arrow {
  const isEnd = (state: string): boolean => Object.keys(rows[state] ?? {}).length === 0;
  return (from, [to = '', ...actions], event) =>
    labelled({ ends: `${from} --> ${isEnd(to) ? '[*]' : to}`, event, actions: actions.join(', ') });
}

function labelled({ ends, event, actions }: Omit<Arrow, 'text'>): Arrow {
  const label = [event, actions].filter((part) => part !== '').join(' / ');
  return { text: label === '' ? ends : `${ends} : ${label}`, ends, event, actions };
}

/** Events that do the same between the same states share an arrow. */
function merged(arrows: readonly Arrow[]): readonly Arrow[] {
  const groups = Map.groupBy(arrows, ({ ends, actions }) => `${ends}|${actions}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [labelled({ ...first, event: group.map(({ event }) => event).join(' or ') })];
  });
}
