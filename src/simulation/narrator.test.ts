import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '../meter/index.ts';
import { svpmsn } from '../units/index.ts';
import { tornInWords } from './narrator.ts';

const torn = { memory: 'nvm', address: 0, length: 12, whole: 5, cutByte: 'old' } as const;
const said = (address: number) => tornInWords(svpmsn(0x0a1b33), { ...torn, address });

test('a torn write is told by the part of the memory it lies in, from the first byte of each to its last', () => {
  const { state, policy, events, supplies, length } = layoutOf(1);
  const [supply] = supplies;
  assert.ok(supply !== undefined);
  const { tables, totals, energies } = supply;
  const parts = [
    [0, 'purse'],
    [state, 'state'],
    [policy[0], 'supply policy'],
    [events, 'events'],
    [tables[0], 'mode tables'],
    [totals[0], 'totals'],
    [energies, 'load profile'],
  ] as const;
  for (const [i, [from, part]] of parts.entries()) {
    const to = (parts[i + 1]?.[0] ?? length) - 1;
    for (const address of [from, to]) assert.match(said(address), new RegExp(` writes its ${part} at ${address}, `));
  }
});

test('it says how many bytes are there, and what became of the next, in the chips too', () => {
  assert.equal(said(7), 'cut: meter 0a1b33 writes its purse at 7, and 5 of 12 bytes are there, the next is as it was');
  assert.equal(
    tornInWords(svpmsn(0x0a1b33), { ...torn, memory: 'svm', cutByte: 'garbage' }),
    'cut: meter 0a1b33 writes the memory of its SVM at 0, and 5 of 12 bytes are there, the next is garbage',
  );
});
