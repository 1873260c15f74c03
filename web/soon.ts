interface Due {
  /** `again`: it was asked for once more since it was put down. */
  state: 'none' | 'waiting' | 'again';
}

/** Runs something so long (ms) after it was asked for, at each of these times; however often it is asked for, not more often than that. */
export function soon(
  waits: readonly number[],
  run: () => void,
  after: (ms: number, then: () => void) => void = (ms, then) => void setTimeout(then, ms),
): () => void {
  const put = (due: Due, ms: number): void => {
    due.state = 'waiting';
    after(ms, () => {
      const { state } = due;
      due.state = 'none';
      if (state === 'again') put(due, ms);
      run();
    });
  };
  const all = waits.map((ms) => ({ ms, due: { state: 'none' } as Due }));
  return () => {
    for (const { ms, due } of all) {
      if (due.state === 'none') put(due, ms);
      else due.state = 'again';
    }
  };
}
