/** Loaded into the exchange before it starts (`--expose-gc --import`): on SIGUSR2 collects garbage and tells what is left. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`memory ${JSON.stringify({ used: heapUsed + external, rss })}\n`);
});
