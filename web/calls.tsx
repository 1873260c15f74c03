import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { callsIn, type LiveCall, type LiveLeg } from './live.ts';
import type { Model } from './model.ts';
import { Card, Clock, Do, Empty, useAction, useNow, Why } from './parts.tsx';
import { Place } from './place.tsx';
import { Records } from './records.tsx';
import { doing, lasting, named, soundOf } from './words.ts';

type Shown = LiveCall & { readonly legs: readonly LiveLeg[] };

export function Calls({ model }: { readonly model: Model }): JSX.Element {
  const calls = callsIn(model.live);
  return (
    <div class="columns">
      <Place model={model} />
      <div class="column">
        <Card title="Calls in progress" id="calls" aside={<b class="count">{calls.length}</b>}>
          {calls.length === 0 && <Empty>Nobody talks.</Empty>}
          <ul class="rows">
            {calls.map((call) => (
              <One key={call.id} call={call} model={model} />
            ))}
          </ul>
        </Card>
        <Records model={model} most={5} />
      </div>
    </div>
  );
}

function One({ call, model }: { readonly call: Shown; readonly model: Model }): JSX.Element {
  const [sending, setSending] = useState(false);
  const action = useAction();
  const now = useNow();
  const { id, from, dialed, since, answeredAt, legs } = call;
  const what = `${named(from)} → ${dialed}`;
  return (
    <li class="call" data-call={id}>
      <div class="line">
        <strong>{what}</strong>
        <span class={answeredAt === undefined ? 'state' : 'state on'}>
          {answeredAt === undefined ? 'not answered yet' : `talking ${lasting(now - answeredAt)}`}
        </span>
        <span class="faint">
          since <Clock at={since} />
        </span>
        <span class="buttons">
          <button
            type="button"
            disabled={model.mayNot !== '' || legs.length < 2}
            title={
              model.mayNot === ''
                ? legs.length < 2
                  ? 'Nobody is joined with him who could be sent.'
                  : ''
                : model.mayNot
            }
            aria-expanded={sending}
            aria-label={`Transfer ${what}`}
            onClick={() => setSending(!sending)}
          >
            Transfer
          </button>
          <Do
            action={action}
            off={model.mayNot}
            kind="grave"
            label={`Hang up ${what}`}
            doing={() => model.do(`/api/calls/${id}`, 'DELETE')}
          >
            Hang up
          </Do>
        </span>
      </div>
      <ul class="legs">
        {legs.map((leg) => (
          <li key={leg.id} class={leg.state === 'up' ? 'on' : ''}>
            {named(leg.party)} <span>{doing(leg)}</span>
            <small> {soundOf([{ quality: model.live.quality.get(leg.id) }])}</small>
          </li>
        ))}
      </ul>
      {sending && <Send call={call} model={model} done={() => setSending(false)} />}
      <Why action={action} />
    </li>
  );
}

/** Sends one of both elsewhere, as the other’s phone would. */
function Send(props: { readonly call: Shown; readonly model: Model; readonly done: () => void }): JSX.Element {
  const { call, model, done } = props;
  const [to, setTo] = useState('');
  const [sent, setSent] = useState('');
  const action = useAction();
  const up = call.legs.filter(({ state }) => state === 'up');
  const who = up.find(({ id }) => id === sent) ?? up[0];
  const by = up.find((leg) => leg !== who);
  const submit = (event: Event): void => {
    event.preventDefault();
    const body = { to: to.trim(), ...(by !== undefined && { leg: by.id }) };
    action.run(() => model.do(`/api/calls/${call.id}/transfer`, 'POST', body).then(done));
  };
  return (
    <form class="send" onSubmit={submit}>
      <label>
        <span>Send</span>
        <select value={who?.id ?? ''} onInput={(event) => setSent(event.currentTarget.value)}>
          {up.map(({ id, party }) => (
            <option key={id} value={id}>
              {named(party)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>to</span>
        <input
          name="target"
          value={to}
          onInput={(event) => setTo(event.currentTarget.value)}
          autocomplete="off"
          required
        />
      </label>
      <button class="main" disabled={action.busy}>
        Transfer
      </button>
      <Why action={action} />
    </form>
  );
}
