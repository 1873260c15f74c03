import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Model } from './model.ts';
import { Card, Clock, useAction, Why } from './parts.tsx';
import type { Watched } from './placed.ts';

/** Rings a phone, then does with who answers what a number does, or joins him with another phone. */
export function Place({ model }: { readonly model: Model }): JSX.Element {
  const [wanted, setFrom] = useState<string>();
  const [to, setTo] = useState('');
  const [autoAnswer, setAutoAnswer] = useState(false);
  const action = useAction();
  const { accounts, mayNot } = model;
  const from = wanted ?? firstThere(model);
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(() => model.place({ from, to: to.trim(), autoAnswer }));
  };
  return (
    <Card title="Place a call" id="place">
      <form onSubmit={submit}>
        <label>
          <span>Ring</span>
          <select name="from" value={from} onInput={(event) => setFrom(event.currentTarget.value)}>
            {accounts.map(({ number, name }) => (
              <option key={number} value={number}>
                {number} {name}
                {there(model, number) ? '' : ' (not registered)'}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>then</span>
          <input
            name="to"
            value={to}
            onInput={(event) => setTo(event.currentTarget.value)}
            list="numbers"
            placeholder="a number, for example 800"
            autocomplete="off"
            required
          />
        </label>
        <datalist id="numbers">
          {model.overview?.numbers.map(({ number, what }) => (
            <option key={number} value={number} label={what} />
          ))}
        </datalist>
        <p class="faint">{meaning(model, from, to.trim())}</p>
        <label class="check">
          <input type="checkbox" checked={autoAnswer} onInput={(event) => setAutoAnswer(event.currentTarget.checked)} />
          <span>the phone picks up by itself, where it can</span>
        </label>
        <button class="main" disabled={mayNot !== '' || action.busy} title={mayNot}>
          Place the call
        </button>
        {mayNot !== '' && <p class="faint">{mayNot}</p>}
        <Why action={action} />
      </form>
      {model.placed.map((one) => (
        <Progress key={one.id} placed={one} model={model} />
      ))}
    </Card>
  );
}

/** What has become of one, step by step. */
function Progress({ placed, model }: { readonly placed: Watched; readonly model: Model }): JSX.Element {
  const action = useAction();
  const { id, what, steps, state } = placed;
  const over = state === 'ended' || state === 'lost';
  return (
    <div class="placed" data-state={state}>
      <h3>
        {what}
        {!over && (
          <button
            type="button"
            class="grave"
            disabled={action.busy}
            onClick={() => action.run(() => model.do(`/api/calls/${id}`, 'DELETE'))}
          >
            {state === 'calling' || state === 'ringing' ? 'Give up' : 'Hang up'}
          </button>
        )}
      </h3>
      <ol>
        {steps.map(({ at, says }) => (
          <li key={says}>
            <Clock at={at} /> <span>{says}</span>
          </li>
        ))}
      </ol>
      <Why action={action} />
    </div>
  );
}

function there({ live }: Model, number: string): boolean {
  return [...live.registrations.values()].some(({ account }) => account === number);
}

function firstThere(model: Model): string {
  const { accounts } = model;
  return (accounts.find(({ number }) => there(model, number)) ?? accounts[0])?.number ?? '';
}

function meaning({ accounts, overview }: Model, from: string, to: string): string {
  const who = accounts.find(({ number }) => number === from)?.name ?? from;
  if (to === '') return `${who}’s phone rings; whoever answers gets what the number does.`;
  const other = accounts.find(({ number }) => number === to);
  if (other !== undefined) return `${who}’s phone rings, then ${other.name}’s; both are joined.`;
  const what = overview?.numbers.find(({ number }) => number === to)?.what;
  return `${who}’s phone rings; on answer: ${what ?? `what ${to} does in the dialplan`}.`;
}
