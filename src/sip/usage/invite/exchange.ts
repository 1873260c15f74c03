/**
 * Where offer and answer stand in one dialog (RFC 3264 §4, RFC 6337 §2.2): there is one exchange at a time.
 *
 * | state | meaning |
 * | --- | --- |
 * | none | the INVITE had no offer and nobody has made one yet |
 * | ours | our offer waits for its answer |
 * | theirs | the peer's offer waits for ours |
 * | settled | both are agreed; either may offer |
 */
export type Exchange = 'none' | 'ours' | 'theirs' | 'settled';

/** `drop`: the offer was refused, or its transaction came to nothing; what was agreed before holds. */
export type ExchangeEvent = 'sendOffer' | 'takeOffer' | 'sendAnswer' | 'takeAnswer' | 'drop';

/** Pairs that are not here are against the rules. */
export const exchanges = {
  none: { sendOffer: 'ours', takeOffer: 'theirs' },
  ours: { takeAnswer: 'settled', drop: 'settled' },
  theirs: { sendAnswer: 'settled', drop: 'settled' },
  settled: { sendOffer: 'ours', takeOffer: 'theirs' },
} as const satisfies Readonly<Record<Exchange, Readonly<Partial<Record<ExchangeEvent, Exchange>>>>>;

/** The next state; undefined: this may not happen now. */
export function exchangeAfter(exchange: Exchange, event: ExchangeEvent): Exchange | undefined {
  const row: Readonly<Partial<Record<ExchangeEvent, Exchange>>> = exchanges[exchange];
  return row[event];
}
