#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A checkout runs its sources as they are. A package has what was made of them: below node_modules no types are stripped.
const source = new URL('../src/cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
