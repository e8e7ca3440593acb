import { fuzz } from '../fuzz/fuzzing.testing.ts';
import { FUZZ_TARGETS, isOfCards } from '../fuzz/targets.ts';

fuzz(Object.fromEntries(Object.entries(FUZZ_TARGETS).filter(([name]) => isOfCards(name))));
