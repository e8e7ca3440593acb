import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Check } from '../../src/conformance/index.ts';

const PROTOCOL = readFileSync(resolve(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

/** The anchor that a page of documentation has for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`,:.()]/g, '')
    .trim()
    .replace(/ /g, '-');

/** What stands below each heading, up to the next of any depth. */
function sections(): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of PROTOCOL.split(/^(?=#+ )/m)) {
    const [heading = '', ...rest] = part.split('\n');
    found.set(anchorOf(heading.replace(/^#+ /, '')), rest.join('\n'));
  }
  return found;
}

/** Each check has a name of its own, and the words of its rule stand below the heading of the protocol that it names. */
export function sentenceStands(checks: readonly Pick<Check<never>, 'id' | 'rule'>[]): void {
  const below = sections();
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length, 'each name is there once');
  for (const { id, rule } of checks) {
    assert.ok(below.get(rule.section)?.includes(rule.text), `${id}: below #${rule.section} there is no "${rule.text}"`);
  }
}
