/** Which codes set what of one's calls; with `Off` take it back. A number follows the code that sets a forward. */
export interface StarCodes {
  readonly always: string;
  readonly alwaysOff: string;
  readonly busy: string;
  readonly busyOff: string;
  readonly noAnswer: string;
  readonly noAnswerOff: string;
  readonly unregistered: string;
  readonly unregisteredOff: string;
  readonly doNotDisturb: string;
  readonly doNotDisturbOff: string;
  readonly callBack: string;
}

/** As they are usual in North America. */
export const STAR_CODES: StarCodes = {
  always: '*72',
  alwaysOff: '*73',
  busy: '*90',
  busyOff: '*91',
  noAnswer: '*92',
  noAnswerOff: '*93',
  unregistered: '*94',
  unregisteredOff: '*95',
  doNotDisturb: '*78',
  doNotDisturbOff: '*79',
  callBack: '*69',
};

/** What is dialled: a number follows those that set a forward. */
export function starPatterns(codes: StarCodes): readonly string[] {
  const { always, busy, noAnswer, unregistered, ...rest } = codes;
  return [...[always, busy, noAnswer, unregistered].map((code) => `${code}.`), ...Object.values(rest)];
}
