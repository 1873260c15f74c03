import {
  CAUSES,
  type Dial,
  dial,
  type Leg,
  type Outcome,
  outcomeOf,
  type Ringer,
  type Switchboard,
} from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Line } from '../line/index.ts';
import type { CodecName } from '../media/protocol.ts';
import type { Flow, Hop, Protocol, Wire } from '../sip/transport/types.ts';
import type { Binding } from './bindings.ts';
import type { Directory } from './directory.ts';
import type { PbxEvent } from './events.ts';
import type { Registrar } from './registrar.ts';

export interface RingingPorts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly line: Line;
  readonly wire: Wire;
  readonly directory: Directory;
  readonly registrar: Registrar;
  readonly codecs: readonly CodecName[];
  readonly tell: (event: PbxEvent) => void;
}

/** Rings all phones of an account on behalf of a caller. A number without account is 404, one without phone 480. */
export function ringAccount(
  ports: RingingPorts,
  caller: Leg,
  number: string,
  options: { readonly for: number; readonly callLimit: number },
  then: (outcome: Outcome) => void,
): Dial {
  const party = ports.directory.partyOf(number);
  if (party === undefined) return atOnce(then, outcomeOf(CAUSES.noSuchNumber));
  if (callsOf(ports.board, number) >= options.callLimit) return atOnce(then, outcomeOf(CAUSES.busy));
  const bindings = ports.registrar.bindingsOf(number);
  if (bindings.length === 0) {
    ports.tell({ event: 'call.unreachable', call: caller.call, number, why: ports.registrar.whyUnreachable(number) });
    return atOnce(then, outcomeOf(CAUSES.unavailable));
  }
  const ringers = bindings.map(
    (binding): Ringer =>
      () =>
        ringBinding(ports, caller, number, binding),
  );
  return dial(ports.kernel, ports.board, { caller, ringers, for: options.for, shows: party }, then);
}

/** Calls an account takes part in, by whatever number and in either direction. */
function callsOf(board: Switchboard, account: string): number {
  return new Set(board.legs.filter((leg) => leg.account === account).map((leg) => leg.call)).size;
}

function ringBinding(
  { line, wire, directory, codecs }: RingingPorts,
  caller: Leg,
  number: string,
  binding: Binding,
): Leg | undefined {
  const flow = flowTo(wire, binding);
  const party = directory.partyOf(number);
  if (flow === undefined || party === undefined) return undefined;
  const first = line.codecOf(caller);
  return line.place({
    call: caller.call,
    account: number,
    party,
    shows: caller.party,
    destination: {
      requestUri: binding.row.contact,
      flow,
      route: binding.row.path === '' ? [] : binding.row.path.split('\n'),
    },
    codecs: first === undefined ? codecs : [first, ...codecs.filter((codec) => codec !== first)],
  });
}

/** A registered contact is reached where its REGISTER came from, out of the socket that it went to. */
function flowTo(wire: Wire, { row }: Binding): Flow | undefined {
  const from: Hop = { address: row.localAddress, port: row.localPort };
  const to: Hop = { address: row.sourceAddress, port: row.sourcePort };
  return wire.open(row.protocol as Protocol, to, from) ?? wire.open(row.protocol as Protocol, to);
}

function atOnce(then: (outcome: Outcome) => void, outcome: Outcome): Dial {
  then(outcome);
  return { cancel: () => undefined };
}
