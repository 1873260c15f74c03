import assert from 'node:assert/strict';
import { parseWav } from '../src/codec/index.ts';
import { demoRules } from '../src/demo.ts';
import type { Delivered, Recorded, Script } from '../src/index.ts';
import { hears, type StoryOptions, story, TONES } from '../testing/index.ts';
import { hearsMusic, talking } from './transfers.ts';

/** Somebody is put into the place of a caller whose script is in the middle of a verb: it goes on for him. */

function at500(script: Script): StoryOptions {
  return {
    exchange: {
      rules: (builder) => {
        demoRules(builder);
        builder.on('500', script);
      },
    },
  };
}

{
  const results: Recorded[] = [];
  story(
    'A transferor consults whoever records, and transfers: the transferee is recorded, in a file of his own',
    async (stage) => {
      results.length = 0;
      const { world, exchange } = stage;
      const { his, call, transferor, tone } = await talking(stage, 'Bob', false);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const asks = transferor.dial('500');
      await world.until(() => asks.up);
      // A prompt, or a recording, begins at the ACK, which may be late.
      await world.until(() => exchange.recordings.has('recordings/note'), '10s');
      await world.after('3s');
      his.referAttended(asks, '500');
      await world.until(() => his.ended && asks.ended);
      await world.after('3s');
      await call.press('#');
      await world.until(() => results.length === 1 && call.ended);
      const [{ file, endedBy } = { file: '', endedBy: '' }] = results;
      assert.equal(endedBy, 'terminator');
      assert.equal(file, 'recordings/note-2');
      const voice = (name: string): Int16Array => {
        const wav = parseWav(exchange.recordings.get(name) ?? new Uint8Array());
        return 'samples' in wav ? wav.samples : new Int16Array();
      };
      await world.until(() => exchange.recordings.get('recordings/note') !== undefined);
      assert.ok(hears(voice('recordings/note-2').subarray(-8000), tone.transferee));
      assert.ok(hears(voice('recordings/note').subarray(-8000), tone.transferor));
    },
    at500(async (call) => {
      results.push(await call.record({ file: 'note', silence: '0s' }));
    }),
  );
}

{
  const results: Delivered[] = [];
  story(
    'A transferor whose phone has not answered a text in the call is transferred away: the script goes on',
    async (stage) => {
      results.length = 0;
      const { world } = stage;
      const { his, call, transferor } = await talking(stage, 'Bob', false);
      transferor.texting = { status: 200, after: '10s' };
      await his.hold();
      const asks = transferor.dial('500');
      await world.until(() => asks.texts.length === 1);
      his.referAttended(asks, '500');
      await world.until(() => his.ended && asks.ended);
      await world.until(() => results.length === 1, '30s');
      assert.equal(results[0]?.kind, 'refused');
      await world.until(() => call.hearsOnly(TONES.alice));
      await call.hangup();
    },
    at500(async (call) => {
      await call.answer();
      results.push(await call.send('Hallo'));
      await call.echo();
    }),
  );
}
