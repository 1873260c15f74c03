import { display } from '../../kernel/index.ts';
import type { ConferenceView } from '../../pbx/index.ts';
import { document, type Fragment, xml } from '../../xml/index.ts';

type Member = ConferenceView['members'][number];

/** What a roster says of a room, in pieces that are told alone when they alone have changed. */
export interface Info {
  /** The conference's URI, as it was subscribed to. */
  readonly entity: string;
  readonly description: Fragment;
  readonly state: Fragment;
  /** By their keys (RFC 4575 §4.5). */
  readonly users: ReadonlyMap<string, Fragment>;
}

/** `open`: whoever may dial it would get in. */
export function infoOf(entity: string, name: string, open: boolean, room: ConferenceView | undefined): Info {
  const byUser = new Map<string, Member[]>();
  for (const member of room?.members ?? []) {
    const uri = uriOf(member, entity);
    byUser.set(uri, [...(byUser.get(uri) ?? []), member]);
  }
  return {
    entity,
    description: xml`<conference-description><display-text>${display(name)}</display-text></conference-description>`,
    state: xml`<conference-state><user-count>${room?.members.length ?? 0}</user-count><active>${String(
      open,
    )}</active><locked>${String(room?.locked ?? false)}</locked></conference-state>`,
    users: new Map([...byUser].map(([uri, members]) => [uri, user(uri, members, room?.waiting === true)])),
  };
}

/** The whole of it (RFC 4575 §5.2). */
export function full({ entity, description, state, users }: Info, version: number): Uint8Array {
  const all = [...users.values()];
  return root(entity, version, 'full', xml`${description}${state}<users state="full">${all}</users>`);
}

/** What has changed since `before` (RFC 4575 §4.4): each user as a whole, who has gone by his key alone. */
export function partial(before: Info, now: Info, version: number): Uint8Array {
  const changed = [...now.users].flatMap(([uri, one]) => (before.users.get(uri)?.xml === one.xml ? [] : [one]));
  const gone = [...before.users.keys()].filter((uri) => !now.users.has(uri));
  const deleted = gone.map((uri) => xml`<user entity="${display(uri)}" state="deleted"/>`);
  const users = [...deleted, ...changed];
  return root(
    now.entity,
    version,
    'partial',
    xml`${differing(before.description, now.description)}${differing(before.state, now.state)}${
      users.length === 0 ? undefined : xml`<users state="partial">${users}</users>`
    }`,
  );
}

/** Whether both say the same. */
export function alike(one: Info, other: Info): boolean {
  return (
    one.state.xml === other.state.xml &&
    one.description.xml === other.description.xml &&
    one.users.size === other.users.size &&
    [...one.users].every(([uri, { xml: text }]) => other.users.get(uri)?.xml === text)
  );
}

function differing(before: Fragment, now: Fragment): Fragment | undefined {
  return before.xml === now.xml ? undefined : now;
}

function root(entity: string, version: number, state: 'full' | 'partial', content: Fragment): Uint8Array {
  return document(
    xml`<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${display(
      entity,
    )}" state="${state}" version="${version}">${content}</conference-info>`,
  );
}

/** Who withheld his number is named by nothing, and by nothing twice (RFC 4575 §5.6, §7). */
function uriOf({ id, party }: Member, entity: string): string {
  if (party.number === '') return `sip:${id}@anonymous.invalid`;
  const host = entity.replace(/^sips?:([^@]*@)?/i, '').replace(/[;?].*$/, '');
  return `sip:${encodeURIComponent(party.number)}@${host}`;
}

/** RFC 4575 §5.6: whoever takes part by several phones is one user. */
function user(uri: string, members: readonly Member[], waiting: boolean): Fragment {
  const { name = '', number = '' } = members[0]?.party ?? {};
  const role = members.some(({ moderator }) => moderator) ? 'moderator' : 'participant';
  return xml`<user entity="${display(uri)}" state="full"><display-text>${display(
    name === '' ? number : name,
  )}</display-text><roles><entry>${role}</entry></roles>${members.map((member) => endpoint(member, waiting))}</user>`;
}

/** RFC 4575 §5.7 and §5.8. Who hears music in the place of the others is on hold (§5.7.3). */
function endpoint({ id, muted, deaf, held }: Member, waiting: boolean): Fragment {
  const media = muted && deaf ? 'inactive' : muted ? 'recvonly' : deaf ? 'sendonly' : 'sendrecv';
  const status = held || waiting ? 'on-hold' : 'connected';
  return xml`<endpoint entity="${display(
    id,
  )}" state="full"><status>${status}</status><media id="1"><type>audio</type><status>${media}</status></media></endpoint>`;
}
