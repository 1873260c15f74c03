/** Who is at the other end, as people read it. */
export interface Party {
  readonly name: string;
  readonly number: string;
  /** Asked not to be named: only those who are trusted with it may be told (RFC 3325 §7). */
  readonly withheld?: boolean;
  /** It is a conference: phones may subscribe to who is in it (RFC 4579 §5.1). */
  readonly focus?: boolean;
}

/** Whether a display would show the same. */
export function sameParty(a: Party | undefined, b: Party | undefined): boolean {
  return a?.name === b?.name && a?.number === b?.number && (a?.withheld ?? false) === (b?.withheld ?? false);
}

/** Where a phone sends its calls instead: a user at a host, as it wrote them. */
export interface Elsewhere {
  readonly number: string;
  readonly host: string;
}

/** Why a leg ended or was refused: the SIP status travels with it unchanged, so that 486 stays 486. */
export interface Cause {
  readonly status: number;
  readonly reasonPhrase: string;
  /** Q.850 cause value, where one was said. */
  readonly q850?: number;
  /** A phone's redirection. */
  readonly movedTo?: readonly Elsewhere[];
}

/** The causes the exchange itself names. */
export const CAUSES = {
  normal: { status: 200, reasonPhrase: 'Normal Clearing', q850: 16 },
  elsewhere: { status: 200, reasonPhrase: 'Call completed elsewhere' },
  busy: { status: 486, reasonPhrase: 'Busy Here', q850: 17 },
  noAnswer: { status: 480, reasonPhrase: 'Temporarily Unavailable', q850: 19 },
  unavailable: { status: 480, reasonPhrase: 'Temporarily Unavailable', q850: 20 },
  noSuchNumber: { status: 404, reasonPhrase: 'Not Found', q850: 1 },
  cancelled: { status: 487, reasonPhrase: 'Request Terminated' },
  noMedia: { status: 488, reasonPhrase: 'Not Acceptable Here', q850: 65 },
  noCircuit: { status: 480, reasonPhrase: 'Temporarily Unavailable', q850: 34 },
  /** Nothing came of a leg any more that should have been heard: Q.850's recovery on timer expiry. */
  silent: { status: 200, reasonPhrase: 'Media Timeout', q850: 102 },
  fault: { status: 500, reasonPhrase: 'Server Internal Error', q850: 41 },
  /** RFC 5079. */
  anonymous: { status: 433, reasonPhrase: 'Anonymity Disallowed', q850: 21 },
  declined: { status: 603, reasonPhrase: 'Decline', q850: 21 },
  /** Forwarded in a circle, or too often (RFC 3261 §21.4.20). */
  loop: { status: 482, reasonPhrase: 'Loop Detected', q850: 25 },
} as const satisfies Record<string, Cause>;
