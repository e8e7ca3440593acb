import type { PanelJson } from '../../../api/index.ts';
import { fill, type PanelWords } from '../../../words/index.ts';

/** What stands on the glass, for whoever hears it. */
export function glassText(display: PanelJson['display'], words: PanelWords): string {
  if (display === undefined) return words.glassEmpty;
  const { keying, page, text, unit, signs } = display;
  const told = unit in words.units ? words.units[unit as keyof typeof words.units] : unit;
  const shown = fill(words.glass, keying ? words.request : words.pages[page], text, told).trimEnd();
  return [shown, ...signs.map((sign) => words.signs[sign])].join(', ');
}
