import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Calls } from './calls.tsx';
import { Conferences } from './conferences.tsx';
import type { Model } from './model.ts';
import { Phones } from './phones.tsx';
import { Records } from './records.tsx';
import { Setup } from './setup.tsx';
import { Door } from './sign-in.tsx';

const PAGES = [
  { path: '#/', title: 'Calls', show: Calls },
  { path: '#/phones', title: 'Phones', show: Phones },
  { path: '#/conferences', title: 'Conferences', show: Conferences },
  { path: '#/records', title: 'Last calls', show: All },
  { path: '#/setup', title: 'Set up a phone', show: Setup },
] as const;

const MOST = 50;

function All({ model }: { readonly model: Model }): JSX.Element {
  return <Records model={model} most={MOST} />;
}

export function App({ model }: { readonly model: Model }): JSX.Element {
  const hash = useHash();
  const page = PAGES.find(({ path }) => path === hash) ?? PAGES[0];
  const { signedIn, link } = model;
  return (
    <>
      <Top model={model} />
      {signedIn && <Tabs at={page.path} model={model} />}
      {link === 'lost' && (
        <p class="banner" role="status">
          The exchange does not answer. This page goes on by itself as soon as it does.
        </p>
      )}
      {signedIn && model.mayNot !== '' && (
        <p class="banner calm">{model.mayNot} Buttons that change something are off.</p>
      )}
      <main>{signedIn ? <page.show model={model} /> : <Door model={model} />}</main>
      <div class="unseen" role="log" aria-live="polite" id="news">
        {model.news}
      </div>
    </>
  );
}

function Top({ model }: { readonly model: Model }): JSX.Element {
  const { key } = model;
  const [phase, words] = phaseOf(model);
  return (
    <header class="top">
      <svg viewBox="0 0 48 48" fill="none" stroke="currentColor" aria-hidden="true">
        <circle cx="24" cy="24" r="22" stroke-width="2.5" />
        <circle cx="24" cy="24" r="6.5" stroke-width="2.5" />
        <circle
          cx="24"
          cy="24"
          r="14.2"
          stroke-width="5"
          stroke-linecap="round"
          pathLength="360"
          stroke-dasharray={HOLES}
          transform="rotate(75 24 24)"
        />
        <path d="M39 32.6 34.4 30" stroke-width="2.6" stroke-linecap="round" />
      </svg>
      <h1>
        Strowger <small>telephone exchange</small>
      </h1>
      <span id="phase" role="status" data-phase={phase}>
        {words}
      </span>
      {key !== undefined && (
        <button
          type="button"
          title={`Signed in by the token ${key.name}: ${key.scopes.join(', ')}`}
          onClick={() => model.signOut()}
        >
          Sign out
        </button>
      )}
    </header>
  );
}

/** A telephone’s dial: ten holes on a ring. */
const HOLES = `${'0 30 '.repeat(9)}0 90`;

function phaseOf({ link, signedIn, overview }: Model): readonly [phase: string, words: string] {
  if (link === 'lost') return ['lost', 'not answering'];
  if (link === 'connecting' || (signedIn && link !== 'live')) return ['starting', 'connecting'];
  if (overview?.phase === 'draining') return ['draining', 'closing: no new calls'];
  if (overview?.phase === 'starting') return ['starting', 'starting'];
  return signedIn || overview !== undefined ? ['ready', 'ready'] : ['starting', 'sign in'];
}

function Tabs({ at, model }: { readonly at: string; readonly model: Model }): JSX.Element {
  const counts: Readonly<Record<string, number>> = {
    '#/': model.live.calls.size,
    '#/conferences': model.live.conferences.size,
  };
  return (
    <nav aria-label="Pages">
      {PAGES.map(({ path, title }) => (
        <a key={path} href={path} aria-current={path === at ? 'page' : undefined}>
          {title}
          {(counts[path] ?? 0) > 0 && <b>{counts[path]}</b>}
        </a>
      ))}
    </nav>
  );
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return hash;
}
