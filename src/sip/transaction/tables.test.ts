import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tables } from './index.ts';
import { ignored } from './machine.ts';

type Row = Readonly<Record<string, readonly string[] | typeof ignored>>;

/** State names and rows as the tables have them, their types forgotten. */
function rowsOf(machine: (typeof tables)[number]): Map<string, Row> {
  return new Map(Object.entries(machine.table as Readonly<Record<string, Row>>));
}

function steps(row: Row): (readonly string[])[] {
  return Object.values(row).filter((step): step is readonly string[] => step !== ignored);
}

function reachable(rows: Map<string, Row>, from: string): Set<string> {
  const seen = new Set([from]);
  for (const state of seen) for (const [to = ''] of steps(rows.get(state) ?? {})) seen.add(to);
  return seen;
}

/** RFC 3261 figures 5 to 8, RFC 6026 figures 5 and 7, §9.1 for the two states of cancelling, §26.3.2.4 for challenged. */
const statesOfTheFigures: Record<string, string[]> = {
  'INVITE client': ['calling', 'proceeding', 'completed', 'accepted', 'cancelPending', 'cancelling'],
  'non-INVITE client': ['trying', 'proceeding', 'completed'],
  'INVITE server': ['proceeding', 'accepted', 'completed', 'confirmed', 'challenged'],
  'non-INVITE server': ['trying', 'proceeding', 'completed'],
};

for (const machine of tables) {
  const rows = rowsOf(machine);
  const all = [machine.start, ...[...rows.values()].flatMap(steps)] as (readonly string[])[];

  describe(`the table of the ${machine.name} transaction`, () => {
    it('has the states of the RFCs', () => {
      assert.deepEqual([...rows.keys()].sort(), statesOfTheFigures[machine.name]?.sort());
    });

    it('says what every event does in every state', () => {
      const events = new Set([...rows.values()].flatMap((row) => Object.keys(row)));
      for (const [state, row] of rows) assert.deepEqual(new Set(Object.keys(row)), events, state);
    });

    it('leads to no unknown state', () => {
      for (const [to = ''] of all) assert.ok(to === 'terminated' || rows.has(to), to);
    });

    it('reaches every state from its start, and the end from every state', () => {
      assert.deepEqual(reachable(rows, machine.start[0]), new Set([...rows.keys(), 'terminated']));
      for (const state of rows.keys()) assert.ok(reachable(rows, state).has('terminated'), state);
    });

    it('tells upward last, and at most once a step', () => {
      for (const step of all) {
        const tells = step.filter((action) => action.startsWith('tell'));
        assert.ok(tells.length <= 1 && (tells.length === 0 || step.at(-1) === tells[0]), step.join(' '));
      }
    });

    it('changes the clock before it sends', () => {
      for (const [, ...actions] of all) {
        const firstSend = actions.findIndex((action) => /^(re)?send/.test(action));
        const later = firstSend < 0 ? [] : actions.slice(firstSend);
        assert.ok(!later.some((action) => /^(start|stop|double|slow)/.test(action)), actions.join(' '));
      }
    });

    it('waits for every timer it starts, and for no other', () => {
      const started = new Set(
        all.flatMap(([, ...actions]) => actions).flatMap((action) => action.match(/^start(\w+)$/)?.[1] ?? []),
      );
      const awaited = new Set(
        [...rows.values()]
          .flatMap((row) => Object.entries(row))
          .flatMap(([event, step]) => (step === ignored ? [] : (event.match(/^timer(\w+)$/)?.[1] ?? []))),
      );
      assert.deepEqual(started, awaited);
    });
  });
}
