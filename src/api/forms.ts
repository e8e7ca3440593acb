import type { TableSheet } from '../host/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { Problem } from './problem.ts';
import type { ApiServices } from './server.ts';

/** A table as PDF, where this host draws. @param what for the sentence when it cannot be */
export async function onPaper(
  { paper }: ApiServices,
  sheet: TableSheet,
  what: string,
  createdAt: Milliseconds,
): Promise<Buffer> {
  if (paper === undefined) throw new Problem('not-acceptable', 'This host draws nothing on paper: take another form.');
  const pdf = await paper(sheet, what, createdAt);
  if ('sentence' in pdf) throw new Problem('not-acceptable', `${pdf.sentence} Take another form.`);
  return Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}

/**
 * The form that a client likes best of those that there are, by its header Accept: the first of them for whoever does
 * not say, and of two that are liked alike the earlier. RFC 9110 §12.5.1
 * @param forms media types by their name here
 */
export function acceptedForm<F extends string>(
  accept: string | undefined,
  forms: Readonly<Record<F, string>>,
): F | undefined {
  const ranges = (accept ?? '*/*').split(',').map(parseRange);
  const liked = (Object.entries(forms) as [F, string][]).map(([form, type]) => ({ form, quality: qualityOf(type) }));
  const best = liked.reduce((most, each) => (each.quality > most.quality ? each : most));
  return best.quality > 0 ? best.form : undefined;

  /** The narrowest range that takes a type says how much it is liked. */
  function qualityOf(type: string): number {
    const [kind = ''] = type.split('/');
    for (const wanted of [type, `${kind}/*`, '*/*']) {
      const found = ranges.find((range) => range.type === wanted);
      if (found !== undefined) return found.quality;
    }
    return 0;
  }
}

function parseRange(text: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const [, quality = '1'] =
    parameters.map((each) => /^q=([01](?:\.\d{0,3})?)$/.exec(each)).find((found) => found) ?? [];
  return { type, quality: Number(quality) };
}
