import { SEALED_TABLES } from './migrations.ts';

/** Partitions of the tables that grow with every day of every meter. */
const PARTITIONS = 16;

const partitions = (table: string): string =>
  Array.from(
    { length: PARTITIONS },
    (_, i) =>
      `CREATE TABLE ${table}_${i} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});`,
  ).join('\n');

/**
 * One step of the shape. One that only adds tables is told as such: hosts that do not know them go on beside those that
 * do, so that hosts are exchanged one by one.
 */
export type Step = string | { readonly adds: string };

/** The oldest shape whose hosts may serve beside those of all these steps. */
export const leastBeside = (steps: readonly Step[]): number =>
  steps.findLastIndex((step) => typeof step === 'string') + 1;

/**
 * The database's shape in PostgreSQL, one step after the other; the same rules as for SQLite. Text is ordered by its
 * bytes, as everywhere in this house. Numbers of rows come from sequences: `nextNumbers` asks them.
 */
export const POSTGRES_MIGRATIONS: readonly Step[] = [
  `
CREATE TABLE subscribers (id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, contact TEXT NOT NULL);

CREATE TABLE meters (
  svpmsn BIGINT PRIMARY KEY CHECK (svpmsn BETWEEN 0 AND 16777215),
  subscriber TEXT COLLATE "C" NOT NULL REFERENCES subscribers (id),
  local_unit BIGINT NOT NULL, modem_address BIGINT NOT NULL,
  suite BIGINT NOT NULL, supplies BIGINT NOT NULL, tariff TEXT COLLATE "C", enrolled_at BIGINT NOT NULL,
  value_generation BIGINT NOT NULL, control_generation BIGINT NOT NULL, monitoring_generation BIGINT NOT NULL,
  UNIQUE (local_unit, modem_address)
);
CREATE INDEX meters_of_tariff ON meters (tariff) WHERE tariff IS NOT NULL;

CREATE TABLE purses (
  svpmsn BIGINT PRIMARY KEY REFERENCES meters (svpmsn),
  state TEXT NOT NULL, last_counter BIGINT NOT NULL, query_wanted BIGINT NOT NULL,
  "freeze" TEXT, frozen_at BIGINT,
  credited BIGINT NOT NULL, closed BIGINT NOT NULL, spent BIGINT NOT NULL, owed BIGINT NOT NULL,
  booked_at BIGINT NOT NULL, reported_at BIGINT NOT NULL
);

CREATE TABLE orders (
  sequence BIGINT PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn),
  op TEXT NOT NULL, amount BIGINT NOT NULL, source TEXT NOT NULL,
  txid TEXT COLLATE "C" NOT NULL UNIQUE, state TEXT NOT NULL, why TEXT, counter BIGINT,
  ordered_at BIGINT NOT NULL, settled_at BIGINT
);
CREATE SEQUENCE orders_sequence OWNED BY orders.sequence;
CREATE UNIQUE INDEX orders_of_counter ON orders (svpmsn, counter) WHERE counter IS NOT NULL;
CREATE INDEX orders_of_meter ON orders (svpmsn, sequence);
CREATE INDEX orders_found ON orders (sequence) WHERE state = 'found';
CREATE INDEX orders_waiting ON orders (svpmsn, sequence) WHERE state = 'waiting';
CREATE INDEX orders_withdrawn ON orders (svpmsn, sequence) WHERE state = 'voiding' AND counter IS NULL;

CREATE TABLE outstanding (
  svpmsn BIGINT PRIMARY KEY REFERENCES meters (svpmsn),
  counter BIGINT NOT NULL, "order" TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES orders (id),
  txid TEXT NOT NULL UNIQUE, amount BIGINT NOT NULL, op TEXT NOT NULL
);

CREATE TABLE work (
  svpmsn BIGINT PRIMARY KEY REFERENCES meters (svpmsn),
  local_unit BIGINT NOT NULL, lane BIGINT NOT NULL, due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL, leased BIGINT NOT NULL
);
CREATE INDEX work_due ON work (local_unit, due_at);

CREATE TABLE commands (
  svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), slot TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL UNIQUE, h BIGINT NOT NULL, body BYTEA NOT NULL, version BIGINT NOT NULL,
  state TEXT NOT NULL, result BIGINT, ordered_at BIGINT NOT NULL, settled_at BIGINT,
  PRIMARY KEY (svpmsn, slot)
);
CREATE INDEX commands_waiting ON commands (svpmsn, sequence) WHERE state = 'waiting';
CREATE INDEX commands_awaiting ON commands (sequence) WHERE state = 'awaiting-local-unit';

CREATE TABLE tariffs (
  version BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, definition TEXT NOT NULL,
  valid_from BIGINT NOT NULL, published_at BIGINT NOT NULL
);
CREATE INDEX tariffs_of_name ON tariffs (name, version);

CREATE TABLE postings (
  sequence BIGINT PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), "order" TEXT
);
CREATE SEQUENCE postings_sequence OWNED BY postings.sequence;
CREATE INDEX postings_of_meter ON postings (svpmsn, sequence);
CREATE TABLE lines (
  posting BIGINT NOT NULL REFERENCES postings (sequence), place BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL, amount BIGINT NOT NULL,
  PRIMARY KEY (posting, place)
);
CREATE FUNCTION stay_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append only'; END $$;
CREATE TRIGGER postings_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON postings EXECUTE FUNCTION stay_as_written();
CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON lines EXECUTE FUNCTION stay_as_written();

CREATE TABLE knowledge (
  svpmsn BIGINT PRIMARY KEY REFERENCES meters (svpmsn),
  heard_at BIGINT, balance BIGINT, balance_at BIGINT, flags BIGINT, flags_at BIGINT, info_at BIGINT, owed BIGINT,
  clock_offset_ms BIGINT, table_version BIGINT, last_day BIGINT, next_event BIGINT, policy_at BIGINT,
  policy_version BIGINT, next_table_version BIGINT, profile_day BIGINT, events_before BIGINT,
  attention_at BIGINT, attention BIGINT
);

CREATE TABLE events (
  number BIGINT NOT NULL,
  svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), event BIGINT NOT NULL, time BIGINT NOT NULL,
  kind BIGINT NOT NULL, supply BIGINT NOT NULL, detail BIGINT NOT NULL, value BIGINT NOT NULL,
  heard_at BIGINT NOT NULL,
  PRIMARY KEY (svpmsn, event)
) PARTITION BY HASH (svpmsn);
CREATE SEQUENCE events_number OWNED BY events.number;
CREATE INDEX events_of_meter ON events (svpmsn, number);
CREATE INDEX events_by_number ON events (number);
${partitions('events')}

CREATE TABLE profiles (
  svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), supply BIGINT NOT NULL, day BIGINT NOT NULL,
  energies BYTEA NOT NULL CHECK (length(energies) = 2880), bands BYTEA NOT NULL CHECK (length(bands) = 360),
  PRIMARY KEY (svpmsn, supply, day)
) PARTITION BY HASH (svpmsn);
${partitions('profiles')}

CREATE TABLE totals (
  svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), supply BIGINT NOT NULL,
  at BIGINT NOT NULL, body BYTEA NOT NULL,
  PRIMARY KEY (svpmsn, supply)
);

CREATE TABLE lines_of_units (
  local_unit BIGINT PRIMARY KEY,
  health_at BIGINT, health TEXT, checked_at BIGINT, map_refused_at BIGINT, map_refusal TEXT
);
CREATE TABLE suspicions (
  local_unit BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, address BIGINT NOT NULL, svpmsn BIGINT NOT NULL,
  since_ms BIGINT NOT NULL, named_at BIGINT NOT NULL,
  PRIMARY KEY (local_unit, kind, address, svpmsn)
);
-- A ring for each local unit: slot is the minute modulo the minutes that are kept.
CREATE TABLE check_minutes (
  local_unit BIGINT NOT NULL, slot BIGINT NOT NULL, minute BIGINT NOT NULL, energy BIGINT NOT NULL,
  PRIMARY KEY (local_unit, slot)
);

CREATE TABLE facts (name TEXT COLLATE "C" PRIMARY KEY, value BIGINT NOT NULL);

CREATE TABLE terms (number BIGINT PRIMARY KEY, at BIGINT NOT NULL, terms TEXT NOT NULL);
CREATE SEQUENCE terms_number OWNED BY terms.number;
CREATE TABLE trades (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), method TEXT NOT NULL,
  at BIGINT NOT NULL,
  paid BIGINT NOT NULL, energy BIGINT NOT NULL, fixed_charge BIGINT NOT NULL, arrears BIGINT NOT NULL,
  fee BIGINT NOT NULL, tax BIGINT NOT NULL, paid_out_at BIGINT,
  CHECK (paid = energy + fixed_charge + arrears + fee + tax)
);
CREATE TABLE dues (
  id TEXT COLLATE "C" PRIMARY KEY, arrears BIGINT NOT NULL, fixed_charge BIGINT NOT NULL,
  charged_month BIGINT NOT NULL
);
CREATE TABLE payments (
  id TEXT COLLATE "C" PRIMARY KEY, port TEXT NOT NULL, method TEXT NOT NULL, trace BIGINT NOT NULL,
  svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), paid BIGINT NOT NULL, at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL, approval TEXT, approval_key TEXT COLLATE "C" UNIQUE, shown TEXT, why TEXT,
  due_at BIGINT NOT NULL, attempts BIGINT NOT NULL
);
CREATE INDEX payments_unsettled ON payments (state, at, id);
CREATE TABLE webhooks (
  id TEXT COLLATE "C" PRIMARY KEY, url TEXT NOT NULL, events TEXT NOT NULL, created_at BIGINT NOT NULL
);
CREATE TABLE deliveries (
  id TEXT COLLATE "C" PRIMARY KEY, webhook TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id), body TEXT NOT NULL,
  state TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, due_at BIGINT NOT NULL, attempts BIGINT NOT NULL, why TEXT
);
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_of_webhook ON deliveries (webhook, id);
CREATE TABLE receipts_due (id TEXT COLLATE "C" PRIMARY KEY);
CREATE TABLE receipts (
  id TEXT COLLATE "C" PRIMARY KEY, "order" TEXT COLLATE "C" NOT NULL, issued_at BIGINT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX receipts_of_order ON receipts ("order", id);
CREATE TABLE contracts (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), threshold BIGINT NOT NULL,
  paid BIGINT NOT NULL, port TEXT NOT NULL, account TEXT NOT NULL,
  per_day_max BIGINT NOT NULL, per_month_max BIGINT NOT NULL, agreed_at BIGINT NOT NULL, count BIGINT NOT NULL,
  day BIGINT NOT NULL, paid_that_day BIGINT NOT NULL, month BIGINT NOT NULL, paid_that_month BIGINT NOT NULL
);
CREATE TABLE closings (
  number BIGINT PRIMARY KEY, month TEXT NOT NULL UNIQUE, closed_at BIGINT NOT NULL, inputs TEXT NOT NULL,
  price BIGINT NOT NULL, price_of_all BIGINT NOT NULL, price_left BIGINT NOT NULL, interest_left BIGINT NOT NULL,
  digest TEXT NOT NULL
);
CREATE SEQUENCE closings_number OWNED BY closings.number;
CREATE TABLE settled_minutes (id TEXT COLLATE "C" PRIMARY KEY, energies BYTEA NOT NULL);
CREATE TABLE settlement_claims (id TEXT COLLATE "C" PRIMARY KEY, claim TEXT NOT NULL, answer TEXT);
CREATE TABLE remittances (
  id TEXT COLLATE "C" PRIMARY KEY, payee TEXT COLLATE "C" NOT NULL, amount BIGINT NOT NULL, method TEXT NOT NULL,
  paid_on TEXT NOT NULL, reference TEXT COLLATE "C" NOT NULL, "by" TEXT NOT NULL, at BIGINT NOT NULL, reversed_at BIGINT,
  UNIQUE (payee, reference)
);
CREATE INDEX remittances_to ON remittances (payee, at, id);
CREATE TABLE voucher_batches (
  id TEXT COLLATE "C" PRIMARY KEY, count BIGINT NOT NULL, value BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  "by" TEXT NOT NULL, approved_at BIGINT NOT NULL, printed_at BIGINT
);
CREATE TABLE vouchers (
  id TEXT COLLATE "C" PRIMARY KEY, hash TEXT COLLATE "C" NOT NULL UNIQUE,
  batch TEXT COLLATE "C" NOT NULL REFERENCES voucher_batches (id),
  value BIGINT NOT NULL, expires_at BIGINT NOT NULL, state TEXT NOT NULL, sold_at BIGINT, agent TEXT, method TEXT,
  paid BIGINT NOT NULL, payment TEXT COLLATE "C" UNIQUE, redeemed_at BIGINT
);

CREATE INDEX meters_of_subscriber ON meters (subscriber, svpmsn);
CREATE TABLE people (
  id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
  subscriber TEXT COLLATE "C" REFERENCES subscribers (id),
  password TEXT NOT NULL, one_time_until BIGINT, locked BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE TABLE sessions (
  id TEXT COLLATE "C" PRIMARY KEY, person TEXT COLLATE "C" NOT NULL REFERENCES people (id),
  created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person, id);
CREATE TABLE api_keys (
  id TEXT COLLATE "C" PRIMARY KEY, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL,
  created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, revoked_at BIGINT
);
CREATE TABLE attempts (id TEXT COLLATE "C" PRIMARY KEY, count BIGINT NOT NULL, locked_until BIGINT NOT NULL);
CREATE TABLE approvals (
  id TEXT COLLATE "C" PRIMARY KEY, proposal TEXT NOT NULL, why TEXT NOT NULL, state TEXT COLLATE "C" NOT NULL,
  asked_by TEXT NOT NULL, asked_at BIGINT NOT NULL, decided_by TEXT, decided_at BIGINT,
  CHECK (state <> 'approved' OR decided_by <> asked_by)
);
CREATE INDEX approvals_of_state ON approvals (state, id);
CREATE TABLE kept_answers (
  id TEXT COLLATE "C" PRIMARY KEY, fingerprint TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE audit (
  number BIGINT PRIMARY KEY, at BIGINT NOT NULL, "by" TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, request TEXT NOT NULL
);
CREATE SEQUENCE audit_number OWNED BY audit.number;
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$;
CREATE TRIGGER audit_stays
  BEFORE UPDATE OF number, at, "by", role, action, subject, detail, request OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays();
CREATE TABLE heads (
  number BIGINT PRIMARY KEY, at BIGINT NOT NULL, body TEXT NOT NULL, kid TEXT NOT NULL, signature TEXT NOT NULL
);
CREATE TABLE card_slots (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), tail TEXT COLLATE "C" NOT NULL,
  inserted_at BIGINT NOT NULL, due_at BIGINT, attempts BIGINT NOT NULL
);
CREATE INDEX card_slots_of_tail ON card_slots (tail, id);
CREATE TABLE agents (
  id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, commission_basis_points BIGINT NOT NULL,
  balance BIGINT NOT NULL CHECK (balance >= 0), created_at BIGINT NOT NULL, closed_at BIGINT
);
CREATE TABLE agent_members (id TEXT COLLATE "C" PRIMARY KEY, agent TEXT COLLATE "C" NOT NULL REFERENCES agents (id));
CREATE INDEX agent_members_of_agent ON agent_members (agent, id);
CREATE TABLE vends (
  id TEXT COLLATE "C" PRIMARY KEY, agent TEXT COLLATE "C" NOT NULL REFERENCES agents (id), reference TEXT NOT NULL, "by" TEXT NOT NULL,
  svpmsn BIGINT REFERENCES meters (svpmsn), paid BIGINT NOT NULL, commission BIGINT NOT NULL, at BIGINT NOT NULL,
  confirmed_at BIGINT, reversed_at BIGINT, purse TEXT COLLATE "C",
  CHECK ((svpmsn IS NULL) <> (purse IS NULL))
);
CREATE TABLE shifts (
  id TEXT COLLATE "C" PRIMARY KEY, person TEXT NOT NULL, open_by TEXT COLLATE "C" UNIQUE, agent TEXT COLLATE "C" REFERENCES agents (id),
  opened_at BIGINT NOT NULL, opening BIGINT NOT NULL, taken BIGINT NOT NULL, paid_out BIGINT NOT NULL,
  closed_at BIGINT, counted BIGINT
);
CREATE TABLE card_providers (
  id TEXT COLLATE "C" PRIMARY KEY, utility BIGINT NOT NULL, region BIGINT NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL,
  ticket_limit BIGINT NOT NULL, ticket_days BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE TABLE card_charges (
  id TEXT COLLATE "C" PRIMARY KEY, provider TEXT COLLATE "C" NOT NULL REFERENCES card_providers (id),
  valid_from BIGINT NOT NULL, unit_charge BIGINT NOT NULL, published_at BIGINT NOT NULL
);
CREATE INDEX card_charges_of_provider ON card_charges (provider, valid_from, id);
CREATE TABLE cards (
  id TEXT COLLATE "C" PRIMARY KEY, tail TEXT COLLATE "C" NOT NULL, subscriber TEXT COLLATE "C" NOT NULL REFERENCES subscribers (id), state TEXT COLLATE "C" NOT NULL,
  issued_at BIGINT NOT NULL, ended_at BIGINT, replaced_by TEXT COLLATE "C" UNIQUE
);
CREATE INDEX cards_of_subscriber ON cards (subscriber, id);
CREATE INDEX cards_of_tail ON cards (tail, id);
CREATE INDEX cards_of_state ON cards (state, id);
CREATE TABLE card_purses (
  id TEXT COLLATE "C" PRIMARY KEY, card TEXT COLLATE "C" NOT NULL REFERENCES cards (id), region BIGINT NOT NULL,
  provider TEXT COLLATE "C" NOT NULL REFERENCES card_providers (id), n BIGINT NOT NULL,
  last_counter BIGINT NOT NULL, outstanding TEXT COLLATE "C" UNIQUE, query_wanted BIGINT NOT NULL, "freeze" TEXT, frozen_at BIGINT,
  credited BIGINT NOT NULL, closed BIGINT NOT NULL, released BIGINT NOT NULL, handed BIGINT NOT NULL,
  to_others BIGINT NOT NULL, recovered BIGINT NOT NULL, told_at BIGINT, balance BIGINT NOT NULL, debited BIGINT NOT NULL,
  pending_meter BIGINT, pending BIGINT NOT NULL, debit_counter BIGINT NOT NULL, ticket_version BIGINT NOT NULL
);
CREATE INDEX card_purses_of_card ON card_purses (card, id);
CREATE INDEX card_purses_of_provider ON card_purses (provider, id);
ALTER TABLE vends ADD FOREIGN KEY (purse) REFERENCES card_purses (id);
CREATE TABLE card_orders (
  id TEXT COLLATE "C" PRIMARY KEY, purse TEXT COLLATE "C" NOT NULL REFERENCES card_purses (id), open_of TEXT COLLATE "C", provider TEXT COLLATE "C" NOT NULL,
  op TEXT NOT NULL, amount BIGINT NOT NULL, debit_counter BIGINT, source TEXT NOT NULL, txid TEXT COLLATE "C" NOT NULL UNIQUE,
  state TEXT COLLATE "C" NOT NULL, why TEXT, counter BIGINT, method TEXT,
  paid BIGINT NOT NULL, fee BIGINT NOT NULL, tax BIGINT NOT NULL,
  ordered_at BIGINT NOT NULL, settled_at BIGINT, paid_out_at BIGINT, unit_charge BIGINT,
  UNIQUE (purse, counter)
);
CREATE INDEX card_orders_of_purse ON card_orders (purse, ordered_at, id);
CREATE INDEX card_orders_open ON card_orders (open_of, id) WHERE open_of IS NOT NULL;
CREATE TABLE card_tickets (
  id TEXT COLLATE "C" PRIMARY KEY, purse TEXT COLLATE "C" NOT NULL REFERENCES card_purses (id), meter BIGINT NOT NULL, n BIGINT NOT NULL,
  version BIGINT NOT NULL, "limit" BIGINT NOT NULL, expiry BIGINT NOT NULL, epoch BIGINT NOT NULL,
  issued_at BIGINT NOT NULL, taken_at BIGINT, exposes TEXT COLLATE "C" REFERENCES card_providers (id),
  UNIQUE (purse, version)
);
CREATE INDEX card_tickets_of_purse ON card_tickets (purse, issued_at, id);
CREATE INDEX card_tickets_of_meter ON card_tickets (meter, id);
CREATE INDEX card_tickets_exposing ON card_tickets (exposes, id) WHERE exposes IS NOT NULL;
CREATE TABLE offline_meters (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL UNIQUE, provider TEXT COLLATE "C" NOT NULL REFERENCES card_providers (id),
  subscriber TEXT COLLATE "C" NOT NULL REFERENCES subscribers (id), n BIGINT NOT NULL, enrolled_at BIGINT NOT NULL,
  line BIGINT NOT NULL, awaited BIGINT NOT NULL, epoch BIGINT NOT NULL, epoch_there BIGINT NOT NULL, sequence BIGINT NOT NULL, reported_at BIGINT,
  from_cards BIGINT NOT NULL, from_others BIGINT NOT NULL, handed_then BIGINT NOT NULL, spent BIGINT NOT NULL, balance BIGINT NOT NULL, owed BIGINT NOT NULL, register BIGINT NOT NULL,
  flags BIGINT NOT NULL, told_at BIGINT NOT NULL, events TEXT NOT NULL, doubt TEXT
);
CREATE INDEX offline_meters_of_subscriber ON offline_meters (subscriber, id);
CREATE TABLE phone_access (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), number TEXT COLLATE "C", language TEXT NOT NULL,
  usual BIGINT, means TEXT NOT NULL, pin TEXT NOT NULL, allowed_at BIGINT NOT NULL
);
CREATE INDEX phone_access_of_number ON phone_access (number, id) WHERE number IS NOT NULL;
CREATE TABLE calls (
  id TEXT COLLATE "C" PRIMARY KEY, carrier TEXT NOT NULL, "from" TEXT, svpmsn BIGINT, language TEXT, state TEXT COLLATE "C" NOT NULL,
  begun_at BIGINT NOT NULL, ended_at BIGINT, call_back TEXT, steps TEXT NOT NULL
);
CREATE INDEX calls_of_state ON calls (state, id);
CREATE TABLE message_choices (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), number TEXT NOT NULL, language TEXT NOT NULL,
  causes TEXT NOT NULL, chosen_at BIGINT NOT NULL
);
CREATE TABLE messages (
  id TEXT COLLATE "C" PRIMARY KEY, "key" TEXT COLLATE "C" NOT NULL UNIQUE, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), cause TEXT NOT NULL,
  number TEXT NOT NULL, text TEXT NOT NULL, state TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL, changed_at BIGINT NOT NULL, why TEXT
);
CREATE INDEX messages_of_state ON messages (state, due_at, id);
CREATE INDEX messages_of_meter ON messages (svpmsn, id);
CREATE TABLE used_days (id TEXT COLLATE "C" PRIMARY KEY, units TEXT NOT NULL);
CREATE TABLE line_balances (
  id TEXT COLLATE "C" PRIMARY KEY, local_unit BIGINT NOT NULL, day BIGINT NOT NULL, judged_at BIGINT NOT NULL,
  verdict TEXT NOT NULL, why TEXT, figures TEXT NOT NULL
);
CREATE TABLE host_beats (id TEXT COLLATE "C" PRIMARY KEY, beats BIGINT NOT NULL);
CREATE TABLE tenancies (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn),
  subscriber TEXT COLLATE "C" NOT NULL REFERENCES subscribers (id), moved_in_at BIGINT NOT NULL, state TEXT NOT NULL,
  asked_at BIGINT, next BIGINT, closed_before BIGINT NOT NULL, closings BIGINT NOT NULL, repayments BIGINT NOT NULL,
  left_at BIGINT, reading TEXT, read_at BIGINT, balance BIGINT, owed BIGINT, register BIGINT,
  register_at BIGINT, settled BIGINT, carried BIGINT, refund BIGINT, paid_out_at BIGINT
);
CREATE INDEX tenancies_of_meter ON tenancies (svpmsn, id);
CREATE INDEX tenancies_of_subscriber ON tenancies (subscriber, id);
CREATE TABLE line_networks (id TEXT COLLATE "C" PRIMARY KEY, local_unit BIGINT NOT NULL, file TEXT NOT NULL);
CREATE TABLE reading_checks (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL, supply BIGINT NOT NULL, day BIGINT NOT NULL,
  checked_at BIGINT NOT NULL, findings TEXT NOT NULL
);
CREATE TABLE voltages (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL, supply BIGINT NOT NULL, day BIGINT NOT NULL,
  heard_at BIGINT NOT NULL, volts BYTEA NOT NULL, findings TEXT NOT NULL
);
CREATE TABLE temperatures (
  id TEXT COLLATE "C" PRIMARY KEY, day BIGINT NOT NULL, given_at BIGINT NOT NULL, celsius TEXT NOT NULL
);
CREATE TABLE loss_alarms (
  id TEXT COLLATE "C" PRIMARY KEY, local_unit BIGINT NOT NULL, state TEXT COLLATE "C" NOT NULL, raised_at BIGINT NOT NULL,
  first_day BIGINT NOT NULL, last_day BIGINT NOT NULL, days BIGINT NOT NULL,
  unexplained BIGINT NOT NULL, confidence BIGINT NOT NULL, steps TEXT NOT NULL, suspects TEXT
);
CREATE INDEX loss_alarms_of_unit ON loss_alarms (local_unit, id);
CREATE INDEX loss_alarms_of_state ON loss_alarms (state, id);
CREATE TABLE inspections (
  id TEXT COLLATE "C" PRIMARY KEY, svpmsn BIGINT NOT NULL REFERENCES meters (svpmsn), inspected_at BIGINT NOT NULL,
  "by" TEXT NOT NULL, findings TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX inspections_of_meter ON inspections (svpmsn, inspected_at, id);
CREATE TABLE key_rotations (
  id TEXT COLLATE "C" PRIMARY KEY, purpose TEXT NOT NULL, suite BIGINT NOT NULL, state TEXT NOT NULL,
  generation BIGINT NOT NULL, began_at BIGINT, given_at BIGINT, due_at BIGINT, withheld BIGINT NOT NULL,
  next_at BIGINT NOT NULL, "after" BIGINT NOT NULL, walk TEXT NOT NULL, counts TEXT, counted_at BIGINT
);
ALTER TABLE purses ADD COLUMN used_units TEXT NOT NULL DEFAULT '{}';
CREATE TABLE lanes (id BIGINT PRIMARY KEY, state BYTEA NOT NULL);
CREATE TABLE copies (position BIGINT PRIMARY KEY);
ALTER TABLE knowledge ADD COLUMN alarms BIGINT, ADD COLUMN alarms_at BIGINT, ADD COLUMN linked_event BIGINT, ADD COLUMN event_link BYTEA;
ALTER TABLE knowledge ADD COLUMN voltage_day BIGINT, ADD COLUMN voltage_ask_at BIGINT;
ALTER TABLE payments ADD COLUMN purse TEXT COLLATE "C" REFERENCES card_purses (id), ALTER COLUMN svpmsn DROP NOT NULL;
ALTER TABLE postings ADD COLUMN lane BIGINT, ADD COLUMN digest BYTEA, ALTER COLUMN svpmsn DROP NOT NULL;
${SEALED_TABLES.map((name) => `ALTER TABLE ${name} ADD COLUMN seal BIGINT;`).join('\n')}
`,
];
