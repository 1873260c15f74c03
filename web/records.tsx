import type { JSX } from 'preact';
import type { CallRecord } from '../src/api/contract.ts';
import type { Model } from './model.ts';
import { Card, Empty } from './parts.tsx';
import { cameTo, lasting, named, soundOf } from './words.ts';

/** The last calls that have ended. */
export function Records({ model, most }: { readonly model: Model; readonly most: number }): JSX.Element {
  const shown = model.records.slice(0, most);
  return (
    <Card title="Last calls" id="records">
      {shown.length === 0 ? (
        <Empty>None has ended yet.</Empty>
      ) : (
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Who, whom</th>
              <th>Lasted</th>
              <th>How it ended</th>
              <th>Sound</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((record) => (
              <One key={record.id} record={record} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function One({ record }: { readonly record: CallRecord }): JSX.Element {
  const { id, from, withheld, dialed, answeredBy, startedAt, answeredAt, endedAt, origin } = record;
  const then = new Date(startedAt);
  const today = then.toDateString() === new Date().toDateString();
  return (
    <tr data-record={id}>
      <td>
        <time dateTime={then.toISOString()}>
          {today
            ? then.toLocaleTimeString()
            : then.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })}
        </time>
      </td>
      <td>
        <strong>
          {named(from)} → {dialed}
        </strong>
        <span class="faint">
          {answeredBy !== undefined && answeredBy.number !== dialed && ` answered by ${named(answeredBy)}`}
          {withheld && ' number withheld'}
          {origin === 'exchange' && ' placed by the exchange'}
        </span>
      </td>
      <td>{answeredAt === undefined ? '–' : lasting(endedAt - answeredAt)}</td>
      <td>{cameTo(record)}</td>
      <td class="faint">{soundOf(record.legs)}</td>
    </tr>
  );
}
