import { join } from 'node:path';

/** Where the build of the web pages writes them: beside the sources, and in the package. */
export const PAGES_FOLDER = join(import.meta.dirname, '..', '..', 'dist', 'console');
