import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROLES, type Role } from '../../src/host/index.ts';
import { STORES } from '../contract/stores.testing.ts';
import { NOBODY, type Visitor, World } from './world.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly 'x-roles'?: readonly Role[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } };
}

/** What a text may be that wants to be more than one, or to break whatever reads it. */
const TEXTS = [
  ...["'; DROP TABLE meters; --", '" OR 1=1 --', '<script>alert(1)</script>', '../../etc/passwd', '%00', '\u0000'],
  ...['\ud800', '\u202e', '=1+1', '{{7*7}}', '-1', '0', '1e999', 'NaN', '9'.repeat(40), 'a'.repeat(129)],
  ...['9223372036854775807', '9007199254740993', '4294967296', '0000-00-00', '9999-12-31', '2026-02-30'],
  ...['9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00Z', '__proto__', 'constructor', 'ffffff', 'ffffffffffffff'],
  ...['seller', '65535-6', '1-2', 'eyJ9', 'MQ', '*'],
];
/** What JSON may be where something else was expected. */
const VALUES: readonly unknown[] = [null, [], {}, true, -1, 1.5, 2 ** 53, 1e308, [[[]]], { toString: 1 }];

/** A prime, or each place would have the same ones. A database that is spoken to over a socket takes its time. */
const oneIn = (store: string): number => (store === 'postgresql' ? 41 : 7);

/** A value that a schema takes, or one that it nearly takes. */
function likely({ type, enum: words, format, pattern = '', properties, items, anyOf, minimum }: Schema): unknown {
  if (anyOf !== undefined) return likely(anyOf[0] as Schema);
  if (words !== undefined) return words[0];
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return items === undefined ? [] : [likely(items)];
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, likely(each)]));
  }
  if (format === 'date-time') return '2026-01-05T12:00:00Z';
  if (format === 'date') return '2026-01-05';
  const known = ['000003', '1', '04a1b2c3d4e5f6', '1-2', 'seller', '2026-01', 'bulk', '0123456789abcdef', '00'];
  return known.find((text) => pattern !== '' && new RegExp(pattern).test(text)) ?? 'kim';
}

/** Each field of a body in turn, at whatever depth, as something else. */
function* spoilt(body: unknown): Generator<unknown> {
  if (typeof body !== 'object' || body === null) return;
  for (const name of Object.keys(body)) {
    const before = (body as Record<string, unknown>)[name];
    for (const value of [...TEXTS, ...VALUES]) yield { ...body, [name]: value };
    for (const inner of spoilt(before)) yield Array.isArray(body) ? [inner] : { ...body, [name]: inner };
  }
}

for (const { name, skip, open } of STORES) {
  test(`${name}: whatever is in the place of a parameter or a field, no route breaks by it`, { skip }, async () => {
    const { store, clean } = await open();
    const world = await World.open(store);
    try {
      const { paths } = (await world.ask(NOBODY, 'GET', '/api/v1/openapi.json')).json as unknown as {
        paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
      };
      const visitors = new Map<Role, Visitor>();
      for (const role of ROLES) visitors.set(role, await world.as(role));
      let requests = 0;
      // Each place has some of them, in their turn; all places together have all of them many times.
      let turn = 0;
      const some = <T>(values: Iterable<T>): T[] => [...values].filter(() => turn++ % oneIn(name) === 0);
      const ask = async (visitor: Visitor, method: Method, url: string, body?: unknown) => {
        const headers = { 'idempotency-key': `hostile-${++requests}` };
        const { status, text } = await world.ask(visitor, method, url, body, headers);
        assert.ok(
          status < 500 || /"code":"(busy|log-in-busy)"/.test(text),
          `${method} ${url} ${JSON.stringify(body)}: ${text}`,
        );
      };
      for (const [path, methods] of Object.entries(paths)) {
        for (const [verb, operation] of Object.entries(methods)) {
          const { operationId, 'x-roles': roles = [], parameters = [], requestBody } = operation;
          // Who logs out asks nothing more, a stream does not end, and a password takes long on purpose.
          if (['logOut', 'streamEvents', 'streamPanel', 'logIn', 'changePassword', 'endSessions'].includes(operationId))
            continue;
          const visitor = visitors.get(roles[0] ?? 'operator') as Visitor;
          const method = verb.toUpperCase() as Method;
          const inPath = parameters.filter((each) => each.in === 'path');
          const inQuery = parameters.filter((each) => each.in === 'query');
          const urlOf = (spoiled?: string, value = '') => {
            const of = (each: { name: string; schema: Schema }) =>
              encodeURIComponent((each.name === spoiled ? value : String(likely(each.schema))).toWellFormed());
            const filled = inPath.reduce((url, each) => url.replace(`{${each.name}}`, of(each)), path);
            const query = inQuery.filter((each) => each.name === spoiled).map((each) => `${each.name}=${of(each)}`);
            return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
          };
          const schema = requestBody?.content['application/json']?.schema;
          const body = schema === undefined ? undefined : likely(schema);
          for (const each of [...inPath, ...inQuery]) {
            for (const text of some(TEXTS)) await ask(visitor, method, urlOf(each.name, text), body);
          }
          for (const other of some(spoilt(body))) await ask(visitor, method, urlOf(), other);
        }
      }
      assert.ok(requests > 300, `${requests} requests`);
      assert.equal((await world.host.books()).balanced, true);
    } finally {
      await world.close();
      clean();
    }
  });
}
