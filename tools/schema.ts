/** Writes the schema of a host's configuration to where it is published: `npm run schema`. A test compares the two. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIGURATION_SCHEMA } from '../src/cli/host-configuration.ts';

const path = join(import.meta.dirname, '../docs/reference/configuration.schema.json');
writeFileSync(path, `${JSON.stringify(CONFIGURATION_SCHEMA, null, 2)}\n`);
