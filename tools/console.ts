/**
 * Builds the web pages into `dist/console`, from where a host serves them: `npm run console`. With `--if-changed` only
 * when a source is newer than what was built; with `--serve ADDRESS` it builds nothing and serves the sources as they
 * are, with what they ask of the API passed on to a running host.
 */
import { hash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, createServer, type InlineConfig, type Plugin } from 'vite';
import { letters } from './letters.ts';

const root = resolve(import.meta.dirname, '..');
const built = join(root, 'dist', 'console');
const SOURCES = ['src/console/**/*', 'src/words/**/*', 'package-lock.json', 'tools/console.ts', 'tools/letters.ts'];

/** Those that know `light-dark()`, which tells the colours of both themes in one place. */
const BROWSERS = ['chrome123', 'firefox120', 'safari17.5'];

/** Opens the technician's page where there is no network. */
const WORKER = 'field-worker';

const config: InlineConfig = {
  configFile: false,
  root: join(root, 'src', 'console'),
  publicDir: false,
  plugins: [react(), letters(), componentStyles(), fieldWorker()],
  logLevel: 'warn',
};

/** @param folder where the pages are written to; what was there is gone */
export async function buildConsole(folder = built): Promise<void> {
  await build({
    ...config,
    build: {
      ...{ outDir: folder, emptyOutDir: true, target: BROWSERS, assetsInlineLimit: 0 },
      // Each page is a file of its own, and the charts are another that comes with the first of them.
      ...{ modulePreload: { polyfill: false }, chunkSizeWarningLimit: 800 },
      // Words do nothing but stand there: those of one page come with it, though all are named in one index.
      rolldownOptions: {
        input: {
          index: join(root, 'src/console/index.html'),
          [WORKER]: join(root, 'src/console/worker/field-worker.ts'),
        },
        // A browser asks for the worker by one name, whatever is in it.
        output: { entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js') },
        treeshake: { moduleSideEffects: [{ test: /\/src\/words\//, sideEffects: false }] },
      },
    },
  });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(js|css|html|svg)$/.test(name)) continue;
    const path = join(folder, name);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(
      `${path}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    );
  }
}

/** Tells the worker of the technician's page what that page is made of: its code, its styles and its letters. */
function fieldWorker(): Plugin {
  return {
    name: 'field-worker',
    generateBundle(_, bundle) {
      const files = new Set<string>();
      const add = (name: string) => {
        const part = bundle[name];
        if (part === undefined || files.has(name)) return;
        files.add(name);
        if (part.type !== 'chunk') return;
        for (const each of [...part.imports, ...(part.viteMetadata?.importedCss ?? [])]) add(each);
      };
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
      const page = chunks.find(({ isEntry, name }) => isEntry && name !== WORKER);
      const worker = chunks.find(({ name }) => name === WORKER);
      if (page === undefined || worker === undefined) this.error('the worker of the field has no page or no chunk');
      add(page.fileName);
      for (const { fileName, moduleIds } of chunks) if (moduleIds.some((id) => FIELD_PARTS.test(id))) add(fileName);
      for (const name of Object.keys(bundle)) if (FIELD_LETTERS.test(name)) add(name);
      const paths = [...files].sort().map((name) => `/${name}`);
      const version = hash('sha256', paths.join(), 'hex').slice(0, 16);
      const shell = JSON.stringify({ version, entry: page.fileName, files: paths });
      worker.code = `const FIELD_SHELL=${shell};${worker.code}`;
    },
  };
}

/** Those of all words, in both languages: a machine that has Korean letters of its own may not be a phone. */
const FIELD_LETTERS = /\/(latin|hangul-first|hangul-words)-[^/]*\.woff2$/;

/** What the page in the field loads when it is needed. */
const FIELD_PARTS = /src\/console\/(pages\/field\/|kept\/|log-in\.tsx)/;

/**
 * Mantine gives the styles of each component in a file of its own, and `components.css` names those that are needed:
 * all of them are more than all of its code.
 */
function componentStyles(): Plugin {
  const styles = join(root, 'node_modules', '@mantine', 'core', 'styles');
  return {
    name: 'component-styles',
    generateBundle(_, bundle) {
      const used = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
          const [, component] = /@mantine\/core\/esm\/components\/(?:\w+\/)*(\w+)\.mjs$/.exec(id) ?? [];
          if (component !== undefined && renderedLength > 0) used.add(component);
        }
      }
      const named = readFileSync(join(root, 'src', 'console', 'components.css'), 'utf8');
      const missing = [...used].filter(
        (name) => existsSync(join(styles, `${name}.css`)) && !named.includes(`/styles/${name}.css`),
      );
      if (missing.length > 0) {
        const lines = missing.sort().map((name) => `@import "@mantine/core/styles/${name}.css";`);
        this.error(`src/console/components.css lacks:\n${lines.join('\n')}`);
      }
    },
  };
}

/** Whether a source was written after what was built. */
function isStale(): boolean {
  const builtAt = statSync(join(built, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return globSync(SOURCES, { cwd: root }).some((path) => statSync(join(root, path)).mtimeMs > builtAt);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { 'if-changed': { type: 'boolean' }, serve: { type: 'string' } } });
  if (values.serve !== undefined) {
    const server = await createServer({ ...config, logLevel: 'info', server: { proxy: { '/api': values.serve } } });
    await server.listen();
    server.printUrls();
  } else if (values['if-changed'] !== true || isStale()) await buildConsole();
}
