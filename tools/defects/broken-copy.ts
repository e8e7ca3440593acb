import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Defect } from './defects.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The source with a defect planted, in a folder of its own that the caller removes.
 *
 * @throws Error when the text that the defect replaces does not stand exactly once in its file
 */
export function brokenCopy({ file, right, wrong }: Defect): string {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-defect-'));
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(right).length !== 2) throw new Error(`${file} has not exactly one "${right}"`);
  writeFileSync(
    path,
    source.replace(right, () => wrong),
  );
  return folder;
}
