/** What people read, in each language: one catalogue, typed, so that no language lacks a word. */
export * from './amount.ts';
export * from './language.ts';
export * from './receipt.ts';
