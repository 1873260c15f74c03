/** A configuration as it was read: what it says, and where each key of it stands. */
export interface Source {
  readonly value: unknown;
  /** The place of a key as people find it: `strowger.yaml:3:5`, or `strowger.config.ts endpoints.101`. */
  readonly where: (path: readonly PropertyKey[]) => string;
}
