import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMAND_WORDS } from '../../words/index.ts';
import { commandOfSlot } from './command-name.ts';

const { names } = COMMAND_WORDS.en;

test('a slot is read as what was ordered, and of which supply', () => {
  const all = [
    ...(['relay-0-switch', 'relay-2-clear-tamper', 'mode-table-1', 'mode-table-3-next'] as const),
    ...(['clock-set', 'key-monitoring-proof', 'card-payment'] as const),
  ].map((slot) => commandOfSlot(slot, names));
  assert.deepEqual(all, [
    { name: names.switch, supply: 0 },
    { name: names['clear-tamper'], supply: 2 },
    { name: names['mode-table'], supply: 1 },
    { name: names['mode-table-next'], supply: 3 },
    { name: names['clock-set'], supply: undefined },
    { name: names['key-monitoring-proof'], supply: undefined },
    { name: names['card-payment'], supply: undefined },
  ]);
});

test('a slot of another kind of host keeps its name', () => {
  for (const slot of ['firmware', 'relay-x-switch', 'mode-table-', 'key-'])
    assert.deepEqual(commandOfSlot(slot, names), { name: slot, supply: undefined });
});
