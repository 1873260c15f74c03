import type { Timer } from '../../kernel/index.ts';
import type { EventPackage, Feature, FeatureContext } from '../../pbx/index.ts';
import type { Notice, Subscription } from '../../sip/usage/index.ts';
import { alike, full, type Info, infoOf, partial } from './conference-info.ts';

/** RFC 4575 §3.3. */
const LASTING = { floor: 60, ceiling: 86_400, usual: 3600 };
const TYPE = 'application/conference-info+xml';
/** RFC 4575 §3.9: no subscriber is told more often, in milliseconds. */
const PACE = 5000;

/** One subscription to a room. */
interface View {
  readonly number: string;
  readonly entity: string;
  subscription: Subscription | undefined;
  /** Of the next document. */
  version: number;
  /** What the subscriber knows; undefined: nothing that we remember. */
  told: Info | undefined;
  /** Monotonic. */
  toldAt: number;
  due: Timer | undefined;
}

/** Who is in a conference (RFC 4575): the whole of it after each SUBSCRIBE and each change; only what changed for who asks so. */
export const conferenceEvent: Feature = {
  name: 'conference-event',
  packages: (context) => [roster(context)],
};

function roster({ kernel, rooms }: FeatureContext): EventPackage {
  const views = new Set<View>();
  rooms.watch((number) => {
    for (const view of views) if (view.number === number) tell(view);
  });

  const now = ({ number, entity }: View): Info =>
    infoOf(entity, rooms.partyOf(number).name, rooms.knows(number), rooms.view(number));
  const tell = (view: View): void => {
    const { subscription, told } = view;
    if (subscription === undefined || (told !== undefined && alike(told, now(view)))) return;
    const wait = view.toldAt + PACE - kernel.now();
    if (wait <= 0) return subscription.changed();
    view.due ??= kernel.house.after(wait, () => {
      view.due = undefined;
      tell(view);
    });
  };
  const notice = (view: View, subscription: Subscription, whole: boolean): Notice => {
    const info = now(view);
    const { told, version } = view;
    view.subscription = subscription;
    view.due?.cancel();
    view.due = undefined;
    view.toldAt = kernel.now();
    view.told = info;
    view.version += 1;
    const part = whole || !takesParts(subscription) ? undefined : told;
    return { contentType: TYPE, body: part === undefined ? full(info, version) : partial(part, info, version) };
  };

  return {
    name: 'conference',
    lasting: LASTING,
    accept: TYPE,
    watch: ({ resource, resourceText, version }) => {
      const number = resource.user ?? '';
      if (!rooms.knows(number)) return { status: 404, reasonPhrase: 'Not Found' };
      const view: View = {
        number,
        entity: resourceText,
        subscription: undefined,
        version,
        told: undefined,
        toldAt: 0,
        due: undefined,
      };
      views.add(view);
      return {
        notice: (subscription, whole) => notice(view, subscription, whole),
        ended: () => {
          view.due?.cancel();
          views.delete(view);
        },
      };
    },
  };
}

/** `Event: conference;state=partial`: every phone should take partial states (RFC 4575 §4.4), and few do. */
function takesParts({ event }: Subscription): boolean {
  return /;\s*state\s*=\s*partial\s*(?:;|$)/i.test(event);
}
