import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { choose, listenTo, MOST_TALKERS, newSpeaker, type Speaker } from './talkers.ts';

function hear(speakers: readonly Speaker[], levels: readonly number[], frames = 1): void {
  for (let frame = 0; frame < frames; frame += 1) {
    for (const [at, speaker] of speakers.entries()) listenTo(speaker, levels[at] ?? -Infinity);
    choose(speakers);
  }
}

function room(size: number): readonly Speaker[] {
  return Array.from({ length: size }, newSpeaker);
}

function chosen(speakers: readonly Speaker[]): readonly number[] {
  return speakers.flatMap(({ chosen: one }, at) => (one ? [at] : []));
}

test('the first frame of a word is heard, and the pause between two words does not end it', () => {
  const one = room(1);
  hear(one, [-20]);
  assert.deepEqual(chosen(one), [0]);
  hear(one, [-70], 14);
  assert.deepEqual(chosen(one), [0]);
  hear(one, [-20]);
  hear(one, [-70], 20);
  assert.deepEqual(chosen(one), []);
});

test('the noise of a quiet room is no talk', () => {
  const one = room(1);
  hear(one, [-55], 500);
  assert.deepEqual(chosen(one), []);
});

test('a level between the two thresholds keeps a talker and makes none', () => {
  const two = room(2);
  hear(two, [-40, -70]);
  hear(two, [-48, -48], 100);
  assert.deepEqual(chosen(two), [0]);
});

test('of twenty the loudest are heard, and who is a little louder displaces nobody', () => {
  const twenty = room(20);
  hear(twenty, [-20, -20, -20, -20], 50);
  assert.deepEqual(chosen(twenty), [0, 1, 2, 3]);
  hear(twenty, [-20, -20, -20, -20, -16], 50);
  assert.deepEqual(chosen(twenty), [0, 1, 2, 3]);
  hear(twenty, [-20, -20, -20, -30, -16], 50);
  assert.deepEqual(chosen(twenty), [0, 1, 2, 4]);
});

test('never more than so many, never one who is silent, whatever is said', () => {
  const levels = fc.array(fc.array(fc.integer({ min: -90, max: 0 }), { minLength: 10, maxLength: 10 }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(levels, (said) => {
      const ten = room(10);
      for (const frame of said) {
        hear(ten, frame);
        assert.ok(chosen(ten).length <= MOST_TALKERS);
        assert.ok(ten.every((speaker) => !speaker.chosen || speaker.speaking));
        const loud = ten.filter(({ speaking }) => speaking).length;
        assert.equal(chosen(ten).length, Math.min(MOST_TALKERS, loud));
      }
    }),
  );
});

test('equally loud talkers do not take turns', () => {
  const six = room(6);
  hear(six, [-20, -20, -20, -20, -20, -20]);
  const first = chosen(six);
  for (let frame = 0; frame < 200; frame += 1) {
    hear(
      six,
      [-20, -20, -20, -20, -20, -20].map((level, at) => level - ((frame + at) % 3)),
    );
    assert.deepEqual(chosen(six), first);
  }
});

test('a cough is not told of as talk', () => {
  const one = room(1);
  hear(one, [-20], 3);
  assert.equal(one[0]?.talking, false);
  hear(one, [-20], 3);
  assert.equal(one[0]?.talking, true);
});
