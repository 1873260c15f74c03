/** Who is at the other end, as people read it. */
export interface Party {
  readonly name: string;
  readonly number: string;
}

export function sameParty(a: Party | undefined, b: Party | undefined): boolean {
  return a?.name === b?.name && a?.number === b?.number;
}

/** Why a leg ended or was refused: the SIP status travels with it unchanged, so that 486 stays 486. */
export interface Cause {
  readonly status: number;
  readonly reasonPhrase: string;
  /** Q.850 cause value, where one was said. */
  readonly q850?: number;
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
  fault: { status: 500, reasonPhrase: 'Server Internal Error', q850: 41 },
} as const satisfies Record<string, Cause>;

/** What became of a dial. Busy and no answer are values, not exceptions. */
export type Outcome =
  | { readonly kind: 'answered'; readonly leg: import('./leg.ts').Leg }
  | ({ readonly kind: 'busy' | 'noAnswer' | 'unavailable' | 'rejected' } & Cause);

/** The outcome a refusal with this status means to a dialplan. */
export function outcomeOf(cause: Cause): Exclude<Outcome, { kind: 'answered' }> {
  return { kind: KINDS[cause.status] ?? 'rejected', ...cause };
}

const KINDS: Readonly<Record<number, 'busy' | 'noAnswer' | 'unavailable'>> = {
  404: 'unavailable',
  408: 'unavailable',
  410: 'unavailable',
  480: 'unavailable',
  486: 'busy',
  600: 'busy',
  604: 'unavailable',
};
