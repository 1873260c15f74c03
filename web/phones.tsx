import type { JSX } from 'preact';
import type { Account, Registration } from '../src/api/contract.ts';
import { lampOf } from './live.ts';
import type { Model } from './model.ts';
import { Card, Empty, Light, useNow } from './parts.tsx';
import { LAMPS, until } from './words.ts';

export function Phones({ model }: { readonly model: Model }): JSX.Element {
  const { accounts, live } = model;
  const there = new Set([...live.registrations.values()].map(({ account }) => account));
  const registered = accounts.filter(({ number }) => there.has(number)).length;
  return (
    <Card title="Phones" id="phones" aside={<b>{`${registered} of ${accounts.length} registered`}</b>}>
      {accounts.length === 0 && <Empty>There are no accounts.</Empty>}
      <ul class="rows">
        {accounts.map((account) => (
          <One key={account.number} account={account} model={model} />
        ))}
      </ul>
    </Card>
  );
}

function One({ account, model }: { readonly account: Account; readonly model: Model }): JSX.Element {
  const { number, name } = account;
  const lamp = lampOf(model.live, number);
  const own = [...model.live.registrations].filter(([, registration]) => registration.account === number);
  return (
    <li class="phone" data-number={number} data-lamp={lamp}>
      <Light lamp={lamp} />
      <div class="who">
        <b>{number}</b> <span>{name}</span>
      </div>
      <span class="state">{LAMPS[lamp]}</span>
      <ul class="contacts">
        {own.map(([key, registration]) => (
          <Contact key={key} registration={registration} />
        ))}
      </ul>
    </li>
  );
}

function Contact({ registration }: { readonly registration: Registration }): JSX.Element {
  const { source, contact, userAgent, expiresAt, reach } = registration;
  const now = useNow();
  return (
    <li>
      <code title={contact}>{source === '' ? contact : source}</code>
      <span>{userAgent === '' ? 'does not say what it is' : userAgent}</span>
      <span class="faint">
        {expiresAt === undefined ? 'by the configuration' : `expires ${until(expiresAt, now)}`}
        {reach === 'unreachable' && <em> does not answer</em>}
      </span>
    </li>
  );
}
