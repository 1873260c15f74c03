import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Overview } from '../src/api/contract.ts';
import type { Model } from './model.ts';
import { Card, Light, useAction, Why } from './parts.tsx';
import { Dialling, Pointing } from './setup.tsx';

/** What one sees without a token: on loopback how things stand, and a form. */
export function Door({ model }: { readonly model: Model }): JSX.Element {
  const { overview } = model;
  return (
    <div class="columns">
      <div class="column">
        <SignIn model={model} />
        {overview !== undefined && (
          <Card title="Calls in progress" aside={<b class="count">{overview.calls}</b>}>
            <p class="faint">Who talks with whom is shown to those who have signed in.</p>
          </Card>
        )}
      </div>
      {overview !== undefined && (
        <div class="column">
          <Lamps overview={overview} />
          <Pointing overview={overview} />
          <Dialling overview={overview} />
        </div>
      )}
    </div>
  );
}

function SignIn({ model }: { readonly model: Model }): JSX.Element {
  const [token, setToken] = useState('');
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(() => model.signIn(token.trim()));
  };
  return (
    <Card title="Sign in" id="sign-in">
      <form onSubmit={submit}>
        <label>
          <span>Token</span>
          <input
            type="password"
            name="token"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            autocomplete="off"
            spellcheck={false}
            pattern="[!-~]+"
            required
          />
        </label>
        <button class="main" disabled={action.busy}>
          Sign in
        </button>
        <div role="alert">{model.complaint !== '' && <p class="why">{model.complaint}</p>}</div>
        <Why action={action} />
      </form>
      <p class="faint">
        The demo exchange prints a link when it starts. Else make a token:{' '}
        <code>strowger token create --scope read calls</code>
      </p>
    </Card>
  );
}

function Lamps({ overview }: { readonly overview: Overview }): JSX.Element {
  const { phones } = overview;
  const registered = phones.filter((phone) => phone.registered).length;
  return (
    <Card title="Phones" id="phones" aside={<b>{`${registered} of ${phones.length} registered`}</b>}>
      <ul class="lamps">
        {phones.map(({ number, name, registered: on }) => (
          <li key={number} data-number={number} data-on={on}>
            <Light lamp={on ? 'idle' : 'away'} />
            <b>{number}</b>
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
