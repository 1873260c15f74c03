import type { JSX } from 'preact';
import type { Conference, Member } from '../src/api/contract.ts';
import type { Model } from './model.ts';
import { type Action, Card, Clock, Do, Empty, useAction, Why } from './parts.tsx';
import { named } from './words.ts';

export function Conferences({ model }: { readonly model: Model }): JSX.Element {
  const rooms = [...model.live.conferences.values()];
  if (rooms.length === 0)
    return (
      <Card title="Conferences">
        <Empty>Nobody is in a conference.</Empty>
      </Card>
    );
  return (
    <>
      {rooms.map((room) => (
        <Room key={room.number} room={room} model={model} />
      ))}
    </>
  );
}

function Room({ room, model }: { readonly room: Conference; readonly model: Model }): JSX.Element {
  const action = useAction();
  const { number, name, since, locked, waiting, recording, members } = room;
  const path = `/api/conferences/${encodeURIComponent(number)}`;
  const change = (body: unknown) => () => model.do(path, 'POST', body);
  const off = model.mayNot;
  return (
    <Card
      title={name.includes(number) ? name : `${number} ${name}`}
      aside={<Facts members={members.length} since={since} />}
    >
      <p class="buttons">
        {waiting && <span class="badge">waits for a moderator</span>}
        {locked && <span class="badge">locked</span>}
        {recording !== undefined && <span class="badge grave">recording</span>}
        <Do action={action} off={off} doing={change({ locked: !locked })}>
          {locked ? 'Unlock' : 'Lock'}
        </Do>
        <Do action={action} off={off} doing={change({ recording: recording === undefined })}>
          {recording === undefined ? 'Record' : 'Stop recording'}
        </Do>
        <Do action={action} off={off} kind="grave" doing={() => model.do(path, 'DELETE')}>
          End for all
        </Do>
      </p>
      <Why action={action} />
      <ul class="rows">
        {members.map((member) => (
          <One key={member.id} member={member} path={path} model={model} action={action} />
        ))}
      </ul>
    </Card>
  );
}

function Facts({ members, since }: { readonly members: number; readonly since: number }): JSX.Element {
  return (
    <span>
      <b>{members === 1 ? '1 member' : `${members} members`}</b> since <Clock at={since} />
    </span>
  );
}

interface OneProps {
  readonly member: Member;
  readonly path: string;
  readonly model: Model;
  readonly action: Action;
}

function One({ member, path, model, action }: OneProps): JSX.Element {
  const { id, party, moderator, muted, deaf, talking, raised, held } = member;
  const who = named(party);
  const badges = [
    moderator && 'moderator',
    raised && 'hand raised',
    muted && 'muted',
    deaf && 'hears nothing',
    held && 'on hold',
  ].filter((badge) => badge !== false);
  return (
    <li class="member" data-member={party.number} data-talking={talking}>
      <i class={`lamp ${talking ? 'talking' : 'idle'}`} role="img" aria-label={talking ? 'talks' : 'is silent'} />
      <strong>{who}</strong>
      {badges.map((badge) => (
        <span key={badge} class="badge">
          {badge}
        </span>
      ))}
      <span class="buttons">
        <Do
          action={action}
          off={model.mayNot}
          label={`${muted ? 'Unmute' : 'Mute'} ${who}`}
          doing={() => model.do(`${path}/members/${id}`, 'POST', { muted: !muted })}
        >
          {muted ? 'Unmute' : 'Mute'}
        </Do>
        <Do
          action={action}
          off={model.mayNot}
          kind="grave"
          label={`Send ${who} away`}
          doing={() => model.do(`${path}/members/${id}`, 'DELETE')}
        >
          Send away
        </Do>
      </span>
    </li>
  );
}
