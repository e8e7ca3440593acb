import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Problem } from './problem.ts';

const PLACES: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'address',
  headers: 'headers',
};

/**
 * Checks what came against its schema. A body is taken as it is; of an address, in which everything is text, numbers
 * are read first. What is wrong is told by its place; what was sent is not said again.
 */
export function validator({ schema, httpPart = 'body' }: FastifyRouteSchemaDef<TSchema>) {
  const check = Compile(schema);
  const place = PLACES[httpPart] ?? httpPart;
  return (data: unknown) => {
    if (check.Check(data)) return { value: data };
    const value = httpPart === 'body' ? data : check.Convert(data);
    if (check.Check(value)) return { value };
    const [first] = check.Errors(value);
    const where = first === undefined || first.instancePath === '' ? '' : ` at ${first.instancePath}`;
    // Of a name that no schema has the check says that a schema is false.
    const what = first?.keyword === 'boolean' ? 'is not known here' : (first?.message ?? 'is not as the document says');
    return { error: new Problem('input-wrong', `The ${place} is wrong${where}: it ${what}.`) };
  };
}
