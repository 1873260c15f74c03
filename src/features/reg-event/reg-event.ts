import { display, hex, type Kernel, type Timer } from '../../kernel/index.ts';
import type {
  BindingChange,
  BindingRow,
  EventPackage,
  Feature,
  FeatureContext,
  InstanceGruus,
  Watcher,
} from '../../pbx/index.ts';
import type { Notice, Subscription } from '../../sip/usage/index.ts';
import { document, type Fragment, xml } from '../../xml/index.ts';

/** RFC 3680 §4.4. */
const LASTING = { floor: 60, ceiling: 86_400, usual: 3761 };
const TYPE = 'application/reginfo+xml';
/** RFC 3680 §4.10: no subscriber is told more often, in milliseconds. */
const PACE = 5000;

/** One subscription's view of its address of record. */
interface View {
  readonly watcher: Watcher;
  version: number;
  /** Changes that have not been told, the last of each contact. */
  readonly news: Map<string, BindingChange>;
  /** Monotonic. */
  toldAt: number;
  due: Timer | undefined;
}

/** Full state after each SUBSCRIBE, then what changes, with versions that rise by one. */
export const regEvent: Feature = {
  name: 'reg-event',
  packages: (context) => [reg(context)],
};

function reg({ kernel, registrar }: FeatureContext): EventPackage {
  const views = new Map<string, Map<View, Subscription | undefined>>();

  const tell = (view: View, subscription: Subscription): void => {
    const wait = view.toldAt + PACE - kernel.now();
    if (wait <= 0) return subscription.changed();
    view.due ??= kernel.house.after(wait, () => {
      view.due = undefined;
      subscription.changed();
    });
  };
  registrar.watch((change) => {
    for (const [view, subscription] of views.get(change.row.aor) ?? []) {
      view.news.set(change.row.id, change);
      if (subscription !== undefined) tell(view, subscription);
    }
  });

  const notice = (view: View, subscription: Subscription, full: boolean): Notice => {
    const { account } = view.watcher;
    const watching = views.get(account) ?? new Map<View, Subscription | undefined>();
    views.set(account, watching.set(view, subscription));
    view.due?.cancel();
    view.due = undefined;
    const body = document(reginfo(kernel, registrar, view, full));
    view.version += 1;
    view.news.clear();
    view.toldAt = kernel.now();
    return { contentType: TYPE, body };
  };
  const ended = (view: View): void => {
    view.due?.cancel();
    const watching = views.get(view.watcher.account);
    watching?.delete(view);
    if (watching?.size === 0) views.delete(view.watcher.account);
  };

  return {
    name: 'reg',
    lasting: LASTING,
    accept: TYPE,
    watch: (watcher) => {
      if (watcher.resource.user !== watcher.account) return { status: 403, reasonPhrase: 'Forbidden' };
      const view: View = { watcher, version: watcher.version, news: new Map(), toldAt: 0, due: undefined };
      return {
        notice: (subscription, full) => notice(view, subscription, full),
        ended: () => ended(view),
      };
    },
  };
}

function reginfo(kernel: Kernel, registrar: FeatureContext['registrar'], view: View, full: boolean): Fragment {
  const { account, resource, resourceText } = view.watcher;
  const rows = registrar.bindingsOf(account).map(({ row }) => row);
  const contacts = full
    ? rows.map((row) => ({ row, event: view.news.get(row.id)?.event ?? eventOf(row) }))
    : [...view.news.values()];
  // A registration that has ended is `terminated` once, and `init` from then on (RFC 3680 §4.7.1).
  const state = rows.length > 0 ? 'active' : !full && contacts.length > 0 ? 'terminated' : 'init';
  const gruus = gruusByInstance(contacts, (row) => registrar.gruusOf(resource, row));
  const shown = contacts.map(({ row, event }) => contact(kernel, row, event, gruus.get(row.instance)));
  return xml`<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:gr="urn:ietf:params:xml:ns:gruuinfo" version="${
    view.version
  }" state="${full ? 'full' : 'partial'}"><registration aor="${display(resourceText)}" id="${
    account
  }" state="${state}">${shown}</registration></reginfo>`;
}

/** Contacts of one instance show the same GRUUs (RFC 5628 §5); those that are unbound show none. */
function gruusByInstance(
  contacts: readonly BindingChange[],
  of: (row: BindingRow) => InstanceGruus | undefined,
): ReadonlyMap<string, InstanceGruus | undefined> {
  const active = contacts.filter(({ event }) => isActive(event));
  return new Map(active.map(({ row }) => [row.instance, of(row)]));
}

function isActive(event: BindingChange['event']): boolean {
  return event === 'registered' || event === 'refreshed';
}

/** Of a binding whose last change nobody here has seen. */
function eventOf(row: BindingRow): BindingChange['event'] {
  return row.refreshedAt === row.registeredAt ? 'registered' : 'refreshed';
}

/** RFC 3680 §5.1. */
function contact(kernel: Kernel, row: BindingRow, event: BindingChange['event'], gruus?: InstanceGruus): Fragment {
  const active = isActive(event);
  const now = kernel.wall();
  const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));
  const id = hex(kernel.crypto.hash('sha256', row.id)).slice(0, 16);
  const expires = active ? xml` expires="${seconds(row.expiresAt - now)}"` : undefined;
  const instance =
    row.instance === ''
      ? undefined
      : xml`<unknown-param name="+sip.instance">${`"${display(row.instance)}"`}</unknown-param>`;
  const own =
    gruus &&
    xml`<gr:pub-gruu uri="${display(gruus.public)}"/><gr:temp-gruu uri="${display(gruus.temporary)}" first-cseq="${
      gruus.firstCseq
    }"/>`;
  return xml`<contact id="${id}" state="${active ? 'active' : 'terminated'}" event="${event}" duration-registered="${seconds(
    now - row.registeredAt,
  )}"${expires} q="${row.q / 1000}" callid="${display(row.callId)}" cseq="${row.cseq}"><uri>${display(
    row.contact,
  )}</uri>${instance}${own}</contact>`;
}
