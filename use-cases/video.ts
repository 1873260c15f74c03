import assert from 'node:assert/strict';
import type { PhoneCall, Stage } from '../testing/index.ts';
import type { Picture, PictureOptions } from '../testing/phone/picture.ts';

export const H264: PictureOptions = {
  kind: 'video',
  formats: ['97 H264/90000 profile-level-id=42e01f;packetization-mode=1', '98 VP8/90000'],
  lines: ['b=AS:512', 'a=rtcp-fb:* nack', 'a=rtcp-fb:97 nack pli', 'a=content:main', 'a=label:7'],
};
export const VP8: PictureOptions = { kind: 'video', formats: ['120 VP8/90000'], lines: ['a=rtcp-fb:120 ccm fir'] };
export const TEXT: PictureOptions = { kind: 'text', formats: ['100 t140/1000', '101 red/1000 100/100/100'] };

export function videoOf(call: PhoneCall | undefined): Picture {
  const video = call?.video;
  assert.ok(video !== undefined);
  return video;
}

/** Waits until this many more packets of one have reached the other, as they were sent and in their order. */
export async function seen({ world, calm }: Stage, from: Picture, to: Picture, packets = 20): Promise<void> {
  const before = to.received.length;
  await world.until(() => to.received.length >= before + packets);
  const sent = new Map(from.sent.map((one, at) => [one.content, at]));
  const fresh = to.received.slice(before).map((one) => ({ one, at: sent.get(one.content) }));
  for (const { one, at } of fresh) {
    assert.ok(at !== undefined, 'payloads are those that were sent');
    assert.equal(one.marker, from.sent[at]?.marker);
  }
  assert.equal(new Set(to.received.map(({ ssrc }) => ssrc)).size, 1, 'one stream for the life of the call');
  if (!calm) return;
  assert.deepEqual(
    fresh.map(({ at }) => (at ?? 0) - (fresh[0]?.at ?? 0)),
    fresh.map((_, at) => at),
  );
  const numbers = fresh.map(({ one }) => one.sequence);
  assert.ok(numbers.every((number, at) => at === 0 || number === (((numbers[at - 1] ?? 0) + 1) & 0xffff)));
  assert.equal(to.strangers, 0);
}

/** Nothing more comes. */
export async function seesNothing({ world }: Stage, picture: Picture): Promise<void> {
  await world.after('500ms');
  const before = picture.received.length;
  await world.after('1s');
  assert.equal(picture.received.length, before);
}
