/** Who is at the other end, as people read it. */
export interface Party {
  readonly name: string;
  readonly number: string;
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
