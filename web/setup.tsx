import type { JSX } from 'preact';
import type { Overview } from '../src/api/contract.ts';
import type { Model } from './model.ts';
import { Card, useNow } from './parts.tsx';
import { lasting } from './words.ts';

/** What to type into a phone, what to dial, and how the exchange is. */
export function Setup({ model }: { readonly model: Model }): JSX.Element {
  const { overview, status } = model;
  const now = useNow();
  return (
    <>
      {overview !== undefined && <Pointing overview={overview} />}
      {overview !== undefined && <Dialling overview={overview} />}
      {status !== undefined && (
        <Card title="The exchange">
          <dl>
            <Fact what="Version" is={status.version} />
            <Fact what="Up for" is={lasting(now - status.startedAt)} />
            <Fact what="Mistakes contained" is={String(status.faults)} />
          </dl>
        </Card>
      )}
    </>
  );
}

export function Pointing({ overview }: { readonly overview: Overview }): JSX.Element {
  return (
    <Card title="Point a phone at">
      <ul class="points">
        {overview.sip.map((point) => {
          const [address = '', ...transports] = point.split(' ');
          return (
            <li key={point}>
              <code>{address}</code> <span class="faint">{transports.join(' ')}</span>
            </li>
          );
        })}
      </ul>
      <dl>
        <Fact what="User name" is="the phone’s number" />
        <Fact what="Password" is="printed when the exchange first started, or in its configuration" />
      </dl>
    </Card>
  );
}

export function Dialling({ overview }: { readonly overview: Overview }): JSX.Element {
  return (
    <Card title="Numbers to dial">
      <ul class="numbers">
        {overview.numbers.map(({ number, what }) => (
          <li key={number}>
            <kbd>{number}</kbd> <span>{what}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Fact({ what, is }: { readonly what: string; readonly is: string }): JSX.Element {
  return (
    <div>
      <dt>{what}</dt>
      <dd>{is}</dd>
    </div>
  );
}
