import { createInterface } from 'node:readline';
import { ChipWorld } from '../../api/chip-world.ts';

/** A host that takes chips until its input ends: says its address and a key, and in the end what it has sold. */
const chips = await ChipWorld.open();
console.log(`${chips.url} ${chips.key}`);
for await (const _ of createInterface({ input: process.stdin }));
await chips.settle();
const { stored } = await chips.world.host.books();
console.log(`stored ${stored}`);
await chips.close();
