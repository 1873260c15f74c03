/** A dialplan in TypeScript: 6101 rings 101 again and again while it is busy; what a table cannot say is code. */
import { type Call, defineConfig } from 'strowger';

const TRIES = 3;

async function persistently(call: Call, number: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const result = await call.dial(number, { for: '15s' });
    if (result.kind === 'answered') return call.bridge(result.leg);
    if (result.kind !== 'busy') return call.hangup(result);
    await call.wait('5s');
  }
  return call.goto('800');
}

export default defineConfig({
  endpoints: {
    101: { name: 'Alice', secret: 'correct-horse-battery' },
    102: { name: 'Bob', secret: 'staple-tractor-lemon', callWaiting: false },
  },
  extensions: { 800: { play: 'demo/weasels' } },
  dialplan: (d) => d.on('61XX', (call) => persistently(call, call.dialed.slice(1))),
});
