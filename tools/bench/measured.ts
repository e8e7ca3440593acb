import type { Benchmark, Figure } from './figure.ts';

/** What a benchmark found, or the row that says why it found nothing: the others go on. */
export async function measuredOr(name: string, benchmark: Benchmark): Promise<readonly Figure[]> {
  try {
    return await benchmark();
  } catch (error) {
    return [unmeasured(name, error instanceof Error ? error.message : String(error))];
  }
}

/** The row of a benchmark that gave no figure. */
export const unmeasured = (name: string, why: string): Figure => ({
  name,
  value: null,
  unit: '',
  limit: null,
  limitHow: `It could not be measured: ${why}.`,
  ratio: null,
  goal: 'a figure',
  met: false,
});
