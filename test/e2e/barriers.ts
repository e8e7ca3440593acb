import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * What keeps people out: findings of axe that are serious or critical.
 * @param isSeen the same page was looked at in the colours of another theme
 * @param within the part of the page that is looked at
 */
export async function barriersOf(page: Page, isSeen = false, within = 'html'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const rules = isSeen ? { runOnly: ['color-contrast'] } : {};
  const violations = await page.evaluate(
    async ([within, chosen]) => {
      const { axe } = globalThis as unknown as {
        axe: { run: (within: string, chosen: object) => Promise<{ violations: Violation[] }> };
      };
      return (await axe.run(within, chosen)).violations.map(({ id, impact, nodes }) => ({
        ...{ id, impact, nodes: nodes.slice(0, 3).map(({ html }) => ({ html: html.slice(0, 160) })) },
      }));
    },
    [within, rules] as const,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
