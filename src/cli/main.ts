#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { inWords } from './failure.ts';
import { program, tellFailure } from './program.ts';

// Beside the program, where nobody writes who may not write the program. Where nothing can be kept, nothing is.
enableCompileCache(resolve(import.meta.dirname, '../../node_modules/.cache/compiled'));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads us, as `| head` does, may stop before we do: that is an end, not a failure.
  process.exit(error.code === 'EPIPE' ? 0 : tellFailure(inWords(error, 'The output')));
});

void program(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // What is left open keeps nobody waiting: a socket after a failure, or a driver of card readers, which now and then
  // does not hear that it is to stop. It ends when what was said is out; what does not go out ends it above.
  process.stdout.write('', (failed) => {
    if (!failed) process.stderr.write('', () => process.exit());
  });
});
