import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializers } from './serializer.ts';

const SHARED = {
  Meter: { $id: 'Meter', type: 'object', properties: { number: { type: 'string' }, purse: { $ref: 'Purse#' } } },
  Purse: { $id: 'Purse', type: 'object', properties: { balance: { type: 'string' } } },
  Branch: { $id: 'Branch', type: 'object', properties: { below: { type: 'array', items: { $ref: 'Branch#' } } } },
  // No schema: whoever is given it is refused.
  Wrong: { $id: 'Wrong', type: 'nothing' },
};
const written = (schema: unknown, answer: unknown) =>
  serializers(SHARED)({ method: 'GET', url: '/', httpStatus: '200', schema })(answer);

test('an answer is written by the schemas that its own names, and by those that they name', () => {
  const meters = { type: 'array', items: { $ref: 'Meter#' } };
  const [meter] = JSON.parse(written(meters, [{ number: '000003', purse: { balance: '7', key: 'k' }, secret: 's' }]));
  assert.deepEqual(meter, { number: '000003', purse: { balance: '7' } }, 'and nothing that stands in none of them');
});

test('a schema that names itself is written to the depth of its answer', () => {
  const tree = { below: [{ below: [] }, { below: [{ below: [] }] }] };
  assert.deepEqual(JSON.parse(written({ $ref: 'Branch#' }, tree)), tree);
  assert.deepEqual(JSON.parse(written(SHARED.Branch, tree)), tree);
});

test('a name that nobody has and a schema that is none are refused before there is an answer', () => {
  const build = (schema: unknown) => serializers(SHARED)({ method: 'GET', url: '/', httpStatus: '200', schema });
  assert.throws(() => build({ $ref: 'Nobody#' }), /Nobody/);
  assert.throws(() => build({ $ref: 'Wrong#' }), /Wrong/);
  assert.doesNotThrow(() => build({ $ref: 'Purse#' }));
});
