import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, level, OpusWasm, toneShare } from '../../codec/index.ts';
import { loadOpus } from '../../node/media/opus.ts';
import { newHeader } from '../../rtp/index.ts';
import { DecodedVoice } from './voice.ts';

/** A voice fed with packets of G.711 as a clock of 20 ms goes on. */
class Stage {
  now = 0;
  readonly opus = new OpusWasm(loadOpus());
  readonly voice = new DecodedVoice({ now: () => this.now, opus: () => this.opus });
  #sequence = 0;

  /** 20 ms pass; a packet of a tone comes, unless it is lost, or other octets do. */
  step(what: 'tone' | 'lost' | 'nothing' | { readonly comfort: number }): void {
    this.now += 20;
    const at = this.#sequence;
    if (what === 'nothing') return;
    this.#sequence += 1;
    if (what === 'lost') return;
    const header = {
      ...newHeader(),
      ssrc: 5,
      sequence: at,
      timestamp: (this.now / 20) * 160,
      payloadAt: 0,
      payloadEnd: 160,
    };
    const bytes = new Uint8Array(160);
    if (what === 'tone') {
      const samples = Int16Array.from(
        bytes,
        (_, i) => 8000 * Math.sin((2 * Math.PI * 400 * (this.now * 8 + i)) / 8000),
      );
      encode('PCMU', samples, 160, bytes, 0);
      this.voice.take('PCMU', bytes, header, this.now);
    } else this.voice.take('comfort', Uint8Array.of(what.comfort), { ...header, payloadEnd: 1 }, this.now);
  }

  hear(what: 'tone'): void {
    this.step(what);
    this.frame();
  }

  frame() {
    return this.voice.frame(Math.floor(this.now / 20));
  }
}

test('whoever asks within a tick gets the same frame; one who is late gets those that he missed', () => {
  const stage = new Stage();
  const kept: number[][] = [];
  for (let at = 0; at < 6; at += 1) {
    stage.step('tone');
    kept.push([...stage.frame().pcm]);
    assert.deepEqual([...stage.frame().pcm], kept.at(-1));
  }
  for (let back = 0; back < 5; back += 1) assert.deepEqual([...stage.voice.frame(6 - back).pcm], kept[5 - back]);
});

test('a lost packet is concealed by what sounds like it, and told as not heard', () => {
  const stage = new Stage();
  const frames: { heard: boolean; share: number }[] = [];
  for (let at = 0; at < 20; at += 1) {
    stage.step(at === 10 ? 'lost' : 'tone');
    const { pcm, heard, rate } = stage.frame();
    frames.push({ heard, share: toneShare(pcm, rate, 400) });
  }
  const unheard = frames.slice(3).filter(({ heard }) => !heard);
  assert.equal(unheard.length, 1);
  assert.ok(frames.slice(3).every(({ share }) => share > 0.8));
});

test('comfort noise sounds at the level that the peer named, until it speaks again (RFC 3389 §3)', () => {
  const stage = new Stage();
  for (let at = 0; at < 10; at += 1) stage.hear('tone');
  stage.step({ comfort: 50 });
  const levels: number[] = [];
  for (let at = 0; at < 25; at += 1) {
    stage.step('nothing');
    const { pcm, heard } = stage.frame();
    if (at >= 5) {
      levels.push(level(pcm));
      assert.equal(heard, false);
    }
  }
  for (const one of levels) assert.ok(Math.abs(one - -50) < 3, `${one} dB`);
  for (let at = 0; at < 6; at += 1) stage.hear('tone');
  assert.ok(toneShare(stage.frame().pcm, 8000, 400) > 0.9);
});

test('silence when nothing was ever said, and when the last reader has gone its decoder is given back', () => {
  const stage = new Stage();
  let ended = 0;
  const [a, b] = [stage.voice.reader(8000, () => (ended += 1)), stage.voice.reader(16_000, () => (ended += 1))];
  stage.step('nothing');
  assert.deepEqual([level(a.frame(1).pcm), a.frame(1).heard], [-Infinity, false]);
  stage.voice.take('opus', Uint8Array.of(0xf8, 0xff, 0xfe), { ...newHeader(), payloadAt: 0, payloadEnd: 3 }, stage.now);
  for (let tick = 2; tick < 8; tick += 1) {
    stage.step('nothing');
    a.frame(tick);
  }
  assert.equal(stage.opus.states, 1);
  assert.equal(a.frame(7).rate, 16_000, 'the higher wish');
  a.release();
  a.release();
  assert.equal(ended, 0);
  b.release();
  assert.deepEqual([ended, stage.opus.states], [1, 0]);
});
