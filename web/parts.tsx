import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Lamp } from './live.ts';
import { LAMPS } from './words.ts';

/** A card with its title, and what stands beside that. */
export function Card(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly id?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { title, aside, id, children } = props;
  return (
    <section class="card" id={id} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

/** A lamp says in words what it shows. */
export function Light({ lamp }: { readonly lamp: Lamp }): JSX.Element {
  return <i class={`lamp ${lamp}`} role="img" aria-label={LAMPS[lamp]} title={LAMPS[lamp]} />;
}

/** Something that is being done: `why` is what came in its way. */
export interface Action {
  readonly busy: boolean;
  readonly why: string;
  readonly run: (doing: () => Promise<unknown>) => void;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState('');
  const run = (doing: () => Promise<unknown>): void => {
    setBusy(true);
    setWhy('');
    doing()
      .catch((error: unknown) => setWhy(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return { busy, why, run };
}

/** What came in the way, said at once by those who read aloud. */
export function Why({ action }: { readonly action: Action }): JSX.Element {
  return <div role="alert">{action.why !== '' && <p class="why">{action.why}</p>}</div>;
}

/** A button that does one thing; off, it says why. */
export function Do(props: {
  readonly action: Action;
  readonly off?: string;
  readonly kind?: 'main' | 'grave';
  readonly label?: string;
  readonly doing: () => Promise<unknown>;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { action, off = '', kind = '', label, doing, children } = props;
  return (
    <button
      type="button"
      class={kind}
      disabled={off !== '' || action.busy}
      title={off === '' ? label : off}
      aria-label={label}
      onClick={() => action.run(doing)}
    >
      {children}
    </button>
  );
}

/** The time, told every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function Clock({ at }: { readonly at: number }): JSX.Element {
  const then = new Date(at);
  return <time dateTime={then.toISOString()}>{then.toLocaleTimeString()}</time>;
}
