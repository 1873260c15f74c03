import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StoreSession, storeContract } from '../src/pbx/store.contract.ts';
import { Disk, WorldStore } from './store.ts';
import { World } from './world.ts';

function session(world: World, disk: Disk): StoreSession & { readonly inner: WorldStore } {
  const kernel = world.kernel('exchange');
  const inner = new WorldStore(kernel, disk);
  // The contract waits on promises of its own: the kernel must know that their reactions are due.
  const due =
    <A>(then: (answer: A) => void) =>
    (answer: A): void => {
      kernel.deferred<void>().resolve();
      then(answer);
    };
  const close = async (): Promise<void> => {
    inner.cutOff();
    await world.after(inner.latency);
  };
  return {
    inner,
    store: {
      commit: (changes, then) => inner.commit(changes, due(then)),
      load: (table, then, last) => inner.load(table, due(then), last),
    },
    close,
    reopen: async () => {
      await close();
      return session(world, disk);
    },
    run: () => void world.after(10),
  };
}

const opened = new WeakMap<object, WorldStore>();

storeContract('the World’s store', {
  open: () => {
    const made = session(new World(), new Disk());
    opened.set(made, made.inner);
    return Promise.resolve(made);
  },
  poison: (made) => {
    opened.get(made)?.failCommit(1);
    return { remove: 'setting', id: 'nothing' };
  },
});

test('the n-th commit fails; slow ones answer late; what was not answered at a power cut may be lost', async () => {
  const world = new World();
  const disk = new Disk();
  const store = new WorldStore(world.kernel('exchange'), disk);
  const answers: string[] = [];
  const put = (id: string): void =>
    store.commit([{ put: 'setting', row: { id, value: id } }], ({ ok }) => answers.push(`${id} ${ok} ${world.now}`));
  store.latency = 500;
  store.failCommit(2);
  put('a');
  put('b');
  await world.after('1s');
  put('c');
  store.cutOff();
  await world.after('1s');
  assert.deepEqual(answers, ['a true 500', 'b false 500']);
  assert.deepEqual(disk.rows('setting'), [{ id: 'a', value: 'a' }]);
});
