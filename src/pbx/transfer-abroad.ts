import { CAUSES, dial, type Errand, type Leg, type Rung, type Sent, type Switchboard } from '../call/index.ts';
import { display, type Kernel } from '../kernel/index.ts';
import type { Line, TransferAsked } from '../line/index.ts';
import type { CodecName } from '../media/protocol.ts';
import { type Field, parseUri, type Uri } from '../sip/message/index.ts';
import type { Wire } from '../sip/transport/types.ts';
import { type Destination, printReplaces, type Refer } from '../sip/usage/index.ts';
import { identityOf } from './caller.ts';
import type { Account } from './config.ts';
import type { Directory } from './directory.ts';
import { comesFrom } from './source.ts';

export interface AbroadPorts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly line: Line;
  readonly wire: Wire;
  readonly directory: Directory;
  readonly codecs: () => readonly CodecName[];
}

/** How long a telephone at another system rings, milliseconds. */
const RINGS = 60_000;

/**
 * Calls for a transferee at another system, and takes over the dialog there that the REFER names. undefined: that system is
 * not trusted, or its name would have to be looked up.
 */
export function abroad(
  ports: AbroadPorts,
  { refer }: TransferAsked,
): ((transferee: Leg, errand: Errand) => Sent | undefined) | undefined {
  const account = trusted(ports.directory, refer.uri);
  if (account === undefined) return undefined;
  return (transferee, errand) => {
    let caller = transferee;
    const ringer = (): Rung => ring(ports, refer, account, caller);
    const dialling = dial(
      ports.kernel,
      ports.board,
      {
        caller: transferee,
        targets: [{ ringers: () => [ringer], after: 0, for: undefined }],
        inTurn: false,
        for: RINGS,
        shows: undefined,
        earlyMedia: 'alone',
        declineEnds: 'dial',
        heard: (status) => errand.heard(status),
      },
      (outcome) => {
        if (outcome.kind !== 'answered') return errand.refused(outcome);
        ports.board.bridge(caller, outcome.leg);
        ports.board.disown(caller);
        errand.reached();
      },
    );
    return {
      cancel: (cause) => dialling.cancel(cause),
      handOver: (by) => {
        caller = by;
        dialling.handOver(by);
      },
    };
  };
}

/** Whose address that is, if we trust him with whom he brings. */
function trusted({ accounts }: Directory, { host }: Uri): Account | undefined {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (!/^[\d.]+$|:/.test(address)) return undefined;
  return [...accounts.values()].find(
    (account) =>
      account.trusted === true &&
      (comesFrom(account.addresses ?? [], address) ||
        (account.contacts ?? []).some((contact) => parseUri(contact)?.host === host)),
  );
}

function ring(ports: AbroadPorts, refer: Refer, account: Account, transferee: Leg): Rung {
  const destination = way(ports.wire, refer);
  const leg =
    destination &&
    ports.line.place({
      call: transferee.call,
      account: account.number,
      party: { name: '', number: display(refer.uri.user) },
      shows: transferee.party,
      destination,
      codecs: account.codecs ?? ports.codecs(),
      identity: identityOf(account),
      extras: extras(refer),
    });
  return leg === undefined ? { refused: CAUSES.noCircuit } : { leg };
}

/** RFC 3891 §4, RFC 3892 §2.1. Who does not know Replaces is not to take the call for a new one (RFC 3891 §6.2). */
function extras({ replaces, referredBy }: Refer): readonly Field[] {
  const replacing = [
    ['Replaces', replaces === undefined ? '' : printReplaces(replaces)],
    ['Require', 'replaces'],
  ] as const;
  return [
    ...(replaces === undefined ? [] : replacing),
    ...(referredBy === undefined ? [] : [['Referred-By', referredBy] as const]),
  ];
}

function way(wire: Wire, { uri, uriText }: Refer): Destination | undefined {
  const named = uri.params.get('transport')?.toLowerCase();
  const protocol = named === 'tcp' || named === 'tls' ? named : uri.scheme === 'sips' ? 'tls' : 'udp';
  const port = uri.port ?? (protocol === 'tls' ? 5061 : 5060);
  const flow = wire.open(protocol, { address: uri.host.replace(/^\[(.*)\]$/, '$1'), port });
  return flow && { requestUri: uriText, flow };
}
