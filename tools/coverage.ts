/**
 * Branches of exchange, keys, the purse card, the purse and the ledger, and whether tests take each of them: `npm run coverage`. Exit
 * 1 when one is left out, and its place is printed. No line is excused.
 */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const COVERED = [
  'src/exchange/*.ts',
  'src/crypto/*.ts',
  'src/card/*.ts',
  'src/meter/purse.ts',
  'src/meter/purse-journal.ts',
  'src/meter/svm.ts',
  'src/host/ledger.ts',
];
const TESTS = [
  'src/{exchange,crypto,card,meter}/*.test.ts',
  'src/card/issuing/*.test.ts',
  'src/host/{ledger,payments,revenue,trading,vending}.test.ts',
  'test/conformance/{attacks,exchange,exchange-*,flipped-bits,hostile-frames,message-orders}.test.ts',
  'src/cli/vectors.test.ts',
];
const FILES_AT_ONCE = 2;
// What was compiled before is measured less exactly: https://nodejs.org/api/module.html#module-compile-cache
process.env.NODE_DISABLE_COMPILE_CACHE = '1';

const results = run({
  files: globSync(TESTS, { cwd: ROOT }).map((file) => resolve(ROOT, file)),
  cwd: ROOT,
  concurrency: FILES_AT_ONCE,
  execArgv: ['--disable-warning=ExperimentalWarning'],
  coverage: true,
  coverageIncludeGlobs: COVERED,
  coverageExcludeGlobs: ['**/*.test.ts', '**/*.testing.ts'],
});

let failed = 0;
results.on('test:fail', ({ name, file }) => {
  failed += 1;
  console.error(`✖ ${file}: ${name}`);
});
results.on('test:coverage', ({ summary }) => {
  let branches = 0;
  let missed = 0;
  for (const file of summary.files) {
    branches += file.totalBranchCount;
    const path = file.path.slice(ROOT.length + 1);
    for (const { line, count } of file.branches) {
      if (count > 0) continue;
      missed += 1;
      console.log(`✖ ${path}:${line}: no test takes this branch`);
    }
  }
  const share = (100 * (branches - missed)) / branches;
  console.log(
    `${summary.files.length} files, ${branches} branches, ${missed} of them taken by no test: ${share.toFixed(2)} %`,
  );
  if (branches === 0 || missed > 0) process.exitCode = 1;
});
results.on('end', () => {
  if (failed > 0) process.exitCode = 1;
});
results.resume();
