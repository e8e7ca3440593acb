/**
 * Builds the web pages into `dist/console`, from where a host serves them: `npm run console`. With `--if-changed` only
 * when a source is newer than what was built; with `--serve ADDRESS` it builds nothing and serves the sources as they
 * are, with what they ask of the API passed on to a running host.
 */
import { existsSync, globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, createServer, type InlineConfig, type Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');
const built = join(root, 'dist', 'console');
const SOURCES = ['src/console/**/*', 'src/words/**/*', 'package-lock.json', 'tools/console.ts'];

/** Those that know `light-dark()`, which tells the colours of both themes in one place. */
const BROWSERS = ['chrome123', 'firefox120', 'safari17.5'];

const config: InlineConfig = {
  configFile: false,
  root: join(root, 'src', 'console'),
  publicDir: false,
  plugins: [react(), componentStyles()],
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
      rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /\/src\/words\//, sideEffects: false }] } },
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
