import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Particulars } from '../host/index.ts';
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
    const particulars = first && particularsOf(first);
    return { error: new Problem('input-wrong', `The ${place} is wrong${where}: it ${what}.`, particulars) };
  };
}

function particularsOf({ keyword, instancePath: field, params }: TLocalizedValidationError): Particulars {
  const at = field !== '' && { field };
  switch (keyword) {
    case 'required':
      return { missing: params.requiredProperties.map((name) => `${field}/${name}`) };
    case 'boolean':
      return { unknown: field };
    case 'minimum':
      return { ...at, least: Number(params.limit) };
    case 'maximum':
      return { ...at, most: Number(params.limit) };
    case 'minLength':
      return { ...at, charactersMin: params.limit };
    case 'maxLength':
      return { ...at, charactersMax: params.limit };
    default:
      return { ...at };
  }
}
