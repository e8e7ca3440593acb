/** What people read, in each language: one catalogue, typed, so that no language lacks a word. */
export * from './amount.ts';
export * from './console.ts';
export * from './fill.ts';
export * from './forms.ts';
export * from './grid.ts';
export * from './language.ts';
export * from './meter-state.ts';
export * from './overview.ts';
export * from './page-names.ts';
export * from './payments.ts';
export * from './people.ts';
export * from './receipt.ts';
export * from './selling.ts';
export * from './states.ts';
export * from './subscribers.ts';
export * from './till.ts';
export * from './vend.ts';
