import { display, type Timer } from '../../kernel/index.ts';
import type { ConferenceView, EventPackage, Feature, FeatureContext } from '../../pbx/index.ts';
import type { Notice, Subscription } from '../../sip/usage/index.ts';
import { document, type Fragment, xml } from '../../xml/index.ts';

/** RFC 4575 §3.4. */
const LASTING = { floor: 60, ceiling: 86_400, usual: 3600 };
const TYPE = 'application/conference-info+xml';
/** RFC 4575 §3.10: no subscriber is told more often, in milliseconds. */
const PACE = 5000;

/** One subscription to a room. */
interface View {
  readonly number: string;
  readonly entity: string;
  subscription: Subscription | undefined;
  version: number;
  /** Monotonic. */
  toldAt: number;
  due: Timer | undefined;
}

/** Who is in a conference (RFC 4575): the whole of it, after each change. */
export const conferenceEvent: Feature = {
  name: 'conference-event',
  packages: (context) => [roster(context)],
};

function roster({ kernel, rooms }: FeatureContext): EventPackage {
  const views = new Set<View>();
  rooms.watch((number) => {
    for (const view of views) if (view.number === number) tell(view);
  });

  const tell = (view: View): void => {
    const { subscription } = view;
    if (subscription === undefined) return;
    const wait = view.toldAt + PACE - kernel.now();
    if (wait <= 0) return subscription.changed();
    view.due ??= kernel.house.after(wait, () => {
      view.due = undefined;
      subscription.changed();
    });
  };
  const notice = (view: View, subscription: Subscription): Notice => {
    view.subscription = subscription;
    view.due?.cancel();
    view.due = undefined;
    view.toldAt = kernel.now();
    view.version += 1;
    const room = rooms.view(view.number);
    return { contentType: TYPE, body: document(info(view, rooms.partyOf(view.number).name, room)) };
  };

  return {
    name: 'conference',
    lasting: LASTING,
    accept: TYPE,
    watch: ({ resource, resourceText, version }) => {
      const number = resource.user ?? '';
      if (!rooms.knows(number)) return { status: 404, reasonPhrase: 'Not Found' };
      const view: View = { number, entity: resourceText, subscription: undefined, version, toldAt: 0, due: undefined };
      views.add(view);
      return {
        notice: (subscription) => notice(view, subscription),
        ended: () => {
          view.due?.cancel();
          views.delete(view);
        },
      };
    },
  };
}

function info({ entity, version }: View, name: string, room: ConferenceView | undefined): Fragment {
  const members = room?.members ?? [];
  return xml`<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${display(
    entity,
  )}" state="full" version="${version}"><conference-description><display-text>${display(
    name,
  )}</display-text></conference-description><conference-state><user-count>${
    members.length
  }</user-count><active>${String(members.length > 0)}</active><locked>${String(
    room?.locked ?? false,
  )}</locked></conference-state><users>${members.map((member) => user(member, entity))}</users></conference-info>`;
}

/** RFC 4575 §5.6 to §5.8. Who withheld his number is named by nothing (§7). */
function user(
  { id, party, moderator, muted, deaf, held }: ConferenceView['members'][number],
  entity: string,
): Fragment {
  const host = entity.replace(/^sips?:([^@]*@)?/i, '').replace(/[;?].*$/, '');
  const uri = party.number === '' ? `sip:${id}@anonymous.invalid` : `sip:${encodeURIComponent(party.number)}@${host}`;
  const status = muted && deaf ? 'inactive' : muted ? 'recvonly' : deaf ? 'sendonly' : 'sendrecv';
  return xml`<user entity="${display(uri)}" state="full"><display-text>${display(
    party.name === '' ? party.number : party.name,
  )}</display-text><roles><entry>${moderator ? 'moderator' : 'participant'}</entry></roles><endpoint entity="${display(
    id,
  )}" state="full"><status>${
    held ? 'on-hold' : 'connected'
  }</status><media id="1"><type>audio</type><status>${status}</status></media></endpoint></user>`;
}
