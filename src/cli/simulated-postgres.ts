import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SimulatedStore } from '../simulation/index.ts';
import { openPostgresStore } from '../storage/index.ts';

/** The tables of a utility, each after those that it refers to. */
export const TABLES: readonly string[] = [
  ...['subscribers', 'meters', 'purses', 'orders', 'outstanding', 'work', 'commands', 'tariffs', 'postings', 'lines'],
  ...['knowledge', 'events', 'profiles', 'totals', 'lines_of_units', 'suspicions', 'check_minutes', 'facts'],
  'card_slots',
  ...['terms', 'trades', 'dues', 'contracts', 'receipts_due', 'receipts', 'webhooks', 'deliveries'],
  ...['closings', 'settled_minutes', 'used_days', 'settlement_claims', 'agents', 'agent_members', 'shifts'],
  ...[
    'line_balances',
    'line_networks',
    'reading_checks',
    'voltages',
    'temperatures',
    'loss_alarms',
    'host_beats',
    'tenancies',
  ],
  ...['inspections', 'key_rotations', 'phone_access', 'calls'],
  ...['message_choices', 'messages'],
  ...[
    'card_providers',
    'card_charges',
    'remittances',
    'voucher_batches',
    'vouchers',
    'cards',
    'card_purses',
    'card_orders',
    'card_tickets',
    'offline_meters',
    'payments',
    'vends',
  ],
  ...['people', 'sessions', 'api_keys', 'attempts', 'approvals', 'kept_answers', 'audit', 'heads', 'lanes', 'copies'],
];
/** Numbers that go on in a copy where they were. */
export const SEQUENCES: readonly string[] = [
  ...['orders_sequence', 'postings_sequence', 'events_number', 'terms_number', 'closings_number', 'audit_number'],
];

/**
 * A store in real PostgreSQL, in schemas of its own, which `end` drops. Nobody tells it that it was put back: it finds
 * so by its commit mark (X9). One connection, so that a seed repeats itself.
 */
export function simulatedPostgres(url: string): { open: () => Promise<SimulatedStore>; end: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-simulate-'));
  let schemas = 0;
  const newSchema = (): string => `simulated_${process.pid}_${schemas++}`;
  /** Those that are there: one that could not be opened is not. */
  const made = new Set<string>();
  const administer = async (statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const drop = (schema: string) => `DROP SCHEMA IF EXISTS ${schema} CASCADE`;

  async function inSchema(schema: string, mark: string): Promise<SimulatedStore> {
    const store = await openPostgresStore(url, { schema, mark, connections: 1 });
    made.add(schema);
    return {
      store,
      backUp: async () => {
        const copy = newSchema();
        await (await openPostgresStore(url, { schema: copy, connections: 1 })).close();
        made.add(copy);
        await administer([
          ...TABLES.map((table) => `INSERT INTO ${copy}.${table} SELECT * FROM ${schema}.${table}`),
          ...SEQUENCES.map((name) => `SELECT setval('${copy}.${name}', last_value, is_called) FROM ${schema}.${name}`),
        ]);
        return async () => {
          await store.close();
          await administer([drop(schema)]);
          return inSchema(copy, mark);
        };
      },
    };
  }

  return {
    open: async () => {
      const schema = newSchema();
      return inSchema(schema, join(folder, schema));
    },
    end: async () => {
      rmSync(folder, { recursive: true, force: true });
      if (made.size > 0) await administer([...made].map(drop));
    },
  };
}
