import compilers, { type SerializerCompiler } from '@fastify/fast-json-stringify-compiler';

const REFERENCE = /"\$ref":"([^"#]+)#/g;

/**
 * Makes the writers of answers by their schemas. Each is given the named schemas that it refers to and no others: its
 * library checks every one that it is given, for every answer of every route, and a host would take seconds to start.
 *
 * @param shared the named schemas, by name
 */
export function serializers(shared: unknown): SerializerCompiler {
  const named = shared as Readonly<Record<string, unknown>>;
  const build = compilers();
  return (route) => build(schemasOf(route.schema, named))(route);
}

function schemasOf(schema: unknown, named: Readonly<Record<string, unknown>>, found: Record<string, unknown> = {}) {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(REFERENCE)) {
    if (name in found || !Object.hasOwn(named, name)) continue;
    found[name] = named[name];
    schemasOf(named[name], named, found);
  }
  return found;
}
