import type { Change, Live, Message } from './live.ts';
import { named } from './words.ts';

/** What is worth saying aloud of a message; '' when nothing is. */
export function newsOf(live: Live, message: Message): string {
  if (message.type !== 'change') return '';
  if (message.topic === 'calls') return ofCall(live, message);
  return message.topic === 'legs' ? ofLeg(live, message) : '';
}

function ofCall(live: Live, { key, value }: Change & { readonly topic: 'calls' }): string {
  const before = live.calls.get(key);
  if (value === null)
    return before === undefined ? '' : `The call from ${named(before.from)} to ${before.dialed} has ended.`;
  if (before === undefined) return `${named(value.from)} calls ${value.dialed}.`;
  return '';
}

function ofLeg(live: Live, { key, value }: Change & { readonly topic: 'legs' }): string {
  const before = live.legs.get(key);
  if (value === null || value.state === before?.state) return '';
  if (value.state === 'up' && value.direction === 'out') return `${named(value.party)} has answered.`;
  return value.state === 'ringing' && value.direction === 'out' ? `${named(value.party)} rings.` : '';
}
