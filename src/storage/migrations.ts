/** Tables whose rows bear seals: all but the postings and their lines, which stand in a chain. */
export const SEALED_TABLES: readonly string[] = [
  ...['subscribers', 'meters', 'purses', 'orders', 'outstanding', 'work', 'commands', 'tariffs', 'knowledge', 'events'],
  ...['profiles', 'totals', 'lines_of_units', 'suspicions', 'check_minutes', 'facts', 'terms', 'trades', 'dues'],
  ...['payments', 'contracts', 'receipts_due', 'receipts', 'webhooks', 'deliveries', 'closings', 'settled_minutes'],
  ...['used_days', 'agents', 'agent_members', 'vends', 'shifts', 'card_providers', 'cards', 'card_purses'],
  ...['card_orders', 'card_tickets', 'offline_meters', 'line_balances', 'line_networks', 'loss_alarms'],
  ...['reading_checks', 'voltages', 'temperatures'],
  ...['settlement_claims', 'people', 'sessions', 'api_keys', 'attempts', 'approvals', 'kept_answers', 'audit', 'heads'],
  ...[
    'card_slots',
    'phone_access',
    'calls',
    'message_choices',
    'messages',
    'remittances',
    'card_charges',
    'host_beats',
    'tenancies',
    'inspections',
    'key_rotations',
    'voucher_batches',
    'vouchers',
  ],
];

/**
 * The database's shape, one step after the other. A step that was ever released is never changed: what must
 * change is a new step at the end. Steps only go forward.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE subscribers (id TEXT PRIMARY KEY, name TEXT NOT NULL, contact TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE meters (
  svpmsn INTEGER PRIMARY KEY CHECK (svpmsn BETWEEN 0 AND 16777215),
  subscriber TEXT NOT NULL REFERENCES subscribers (id),
  local_unit INTEGER NOT NULL, modem_address INTEGER NOT NULL,
  suite INTEGER NOT NULL, supplies INTEGER NOT NULL, tariff TEXT, enrolled_at INTEGER NOT NULL,
  value_generation INTEGER NOT NULL, control_generation INTEGER NOT NULL, monitoring_generation INTEGER NOT NULL,
  UNIQUE (local_unit, modem_address)
) STRICT;
CREATE INDEX meters_of_tariff ON meters (tariff) WHERE tariff IS NOT NULL;

CREATE TABLE purses (
  svpmsn INTEGER PRIMARY KEY REFERENCES meters (svpmsn),
  state TEXT NOT NULL, last_counter INTEGER NOT NULL, query_wanted INTEGER NOT NULL,
  freeze TEXT, frozen_at INTEGER,
  credited INTEGER NOT NULL, closed INTEGER NOT NULL, spent INTEGER NOT NULL, owed INTEGER NOT NULL,
  booked_at INTEGER NOT NULL, reported_at INTEGER NOT NULL
) STRICT;

CREATE TABLE orders (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn),
  op TEXT NOT NULL, amount INTEGER NOT NULL, source TEXT NOT NULL,
  txid TEXT NOT NULL UNIQUE, state TEXT NOT NULL, counter INTEGER,
  ordered_at INTEGER NOT NULL, settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX orders_of_counter ON orders (svpmsn, counter) WHERE counter IS NOT NULL;
CREATE INDEX orders_of_meter ON orders (svpmsn, sequence);
CREATE INDEX orders_waiting ON orders (svpmsn, sequence) WHERE state = 'waiting';

CREATE TABLE outstanding (
  svpmsn INTEGER PRIMARY KEY REFERENCES meters (svpmsn),
  counter INTEGER NOT NULL, "order" TEXT NOT NULL UNIQUE REFERENCES orders (id),
  txid TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, op TEXT NOT NULL
) STRICT;

CREATE TABLE work (
  svpmsn INTEGER PRIMARY KEY REFERENCES meters (svpmsn),
  local_unit INTEGER NOT NULL, lane INTEGER NOT NULL, due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, leased INTEGER NOT NULL
) STRICT;
CREATE INDEX work_due ON work (local_unit, due_at);

CREATE TABLE commands (
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), slot TEXT NOT NULL,
  sequence INTEGER NOT NULL UNIQUE, h INTEGER NOT NULL, body BLOB NOT NULL, version INTEGER NOT NULL,
  state TEXT NOT NULL, result INTEGER, ordered_at INTEGER NOT NULL, settled_at INTEGER,
  PRIMARY KEY (svpmsn, slot)
) STRICT;
CREATE INDEX commands_waiting ON commands (svpmsn, sequence) WHERE state = 'waiting';

CREATE TABLE tariffs (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL,
  valid_from INTEGER NOT NULL, published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tariffs_of_name ON tariffs (name, version);

CREATE TABLE postings (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, at INTEGER NOT NULL, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), "order" TEXT
) STRICT;
CREATE INDEX postings_of_meter ON postings (svpmsn, sequence);
CREATE TABLE lines (
  posting INTEGER NOT NULL REFERENCES postings (sequence), place INTEGER NOT NULL,
  account TEXT NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (posting, place)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_stay BEFORE UPDATE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;

CREATE TABLE knowledge (
  svpmsn INTEGER PRIMARY KEY REFERENCES meters (svpmsn),
  heard_at INTEGER, balance INTEGER, balance_at INTEGER, info_at INTEGER, owed INTEGER, flags INTEGER,
  clock_offset_ms INTEGER, table_version INTEGER, next_table_version INTEGER, policy_version INTEGER,
  last_day INTEGER, next_event INTEGER, attention_at INTEGER, attention INTEGER
) STRICT;

CREATE TABLE events (
  number INTEGER PRIMARY KEY,
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), event INTEGER NOT NULL, time INTEGER NOT NULL,
  kind INTEGER NOT NULL, supply INTEGER NOT NULL, detail INTEGER NOT NULL, value INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  UNIQUE (svpmsn, event)
) STRICT;

CREATE TABLE profiles (
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), supply INTEGER NOT NULL, day INTEGER NOT NULL,
  energies BLOB NOT NULL CHECK (length(energies) = 2880), bands BLOB NOT NULL CHECK (length(bands) = 360),
  PRIMARY KEY (svpmsn, supply, day)
) STRICT;

CREATE TABLE totals (
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), supply INTEGER NOT NULL,
  at INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (svpmsn, supply)
) STRICT;

CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`,
  `
CREATE INDEX orders_withdrawn ON orders (svpmsn, sequence) WHERE state = 'voiding' AND counter IS NULL;

ALTER TABLE knowledge ADD COLUMN flags_at INTEGER;
ALTER TABLE knowledge ADD COLUMN policy_at INTEGER;
ALTER TABLE knowledge ADD COLUMN profile_day INTEGER;
ALTER TABLE knowledge ADD COLUMN events_before INTEGER;
UPDATE knowledge SET flags_at = info_at, policy_at = CASE WHEN policy_version IS NULL THEN NULL ELSE info_at END,
  profile_day = (SELECT max(day) FROM profiles WHERE profiles.svpmsn = knowledge.svpmsn),
  events_before = (SELECT max(event) + 1 FROM events WHERE events.svpmsn = knowledge.svpmsn);

CREATE TABLE lines_of_units (
  local_unit INTEGER PRIMARY KEY,
  health_at INTEGER, health TEXT, checked_at INTEGER, map_refused_at INTEGER, map_refusal TEXT
) STRICT;
CREATE TABLE suspicions (
  local_unit INTEGER NOT NULL, kind TEXT NOT NULL, address INTEGER NOT NULL, svpmsn INTEGER NOT NULL,
  since_ms INTEGER NOT NULL, named_at INTEGER NOT NULL,
  PRIMARY KEY (local_unit, kind, address, svpmsn)
) STRICT, WITHOUT ROWID;
-- A ring for each local unit: slot is the minute modulo the minutes that are kept.
CREATE TABLE check_minutes (
  local_unit INTEGER NOT NULL, slot INTEGER NOT NULL, minute INTEGER NOT NULL, energy INTEGER NOT NULL,
  PRIMARY KEY (local_unit, slot)
) STRICT, WITHOUT ROWID;
`,
  'ALTER TABLE orders ADD COLUMN why TEXT;',
  `
ALTER TABLE knowledge ADD COLUMN alarms INTEGER;
ALTER TABLE knowledge ADD COLUMN alarms_at INTEGER;
ALTER TABLE knowledge ADD COLUMN linked_event INTEGER;
ALTER TABLE knowledge ADD COLUMN event_link BLOB;
ALTER TABLE knowledge ADD COLUMN voltage_day INTEGER;
ALTER TABLE knowledge ADD COLUMN voltage_ask_at INTEGER;
CREATE INDEX orders_found ON orders (sequence) WHERE state = 'found';
CREATE INDEX commands_awaiting ON commands (sequence) WHERE state = 'awaiting-local-unit';

CREATE TABLE terms (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, terms TEXT NOT NULL) STRICT;
CREATE TABLE trades (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), method TEXT NOT NULL, at INTEGER NOT NULL,
  paid INTEGER NOT NULL, energy INTEGER NOT NULL, fixed_charge INTEGER NOT NULL, arrears INTEGER NOT NULL,
  fee INTEGER NOT NULL, tax INTEGER NOT NULL, paid_out_at INTEGER,
  CHECK (paid = energy + fixed_charge + arrears + fee + tax)
) STRICT, WITHOUT ROWID;
CREATE TABLE dues (
  id TEXT PRIMARY KEY, arrears INTEGER NOT NULL, fixed_charge INTEGER NOT NULL, charged_month INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE payments (
  id TEXT PRIMARY KEY, port TEXT NOT NULL, method TEXT NOT NULL, trace INTEGER NOT NULL,
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), paid INTEGER NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL, approval TEXT, approval_key TEXT UNIQUE, shown TEXT, why TEXT,
  due_at INTEGER NOT NULL, attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_unsettled ON payments (state, at, id);
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, url TEXT NOT NULL, events TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, webhook TEXT NOT NULL REFERENCES webhooks (id), body TEXT NOT NULL, state TEXT NOT NULL,
  at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, why TEXT
) STRICT;
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_of_webhook ON deliveries (webhook, id);
CREATE TABLE receipts_due (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (id TEXT PRIMARY KEY, "order" TEXT NOT NULL, issued_at INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX receipts_of_order ON receipts ("order", id);
CREATE TABLE contracts (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), threshold INTEGER NOT NULL,
  paid INTEGER NOT NULL, port TEXT NOT NULL, account TEXT NOT NULL,
  per_day_max INTEGER NOT NULL, per_month_max INTEGER NOT NULL, agreed_at INTEGER NOT NULL, count INTEGER NOT NULL,
  day INTEGER NOT NULL, paid_that_day INTEGER NOT NULL, month INTEGER NOT NULL, paid_that_month INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE closings (
  number INTEGER PRIMARY KEY, month TEXT NOT NULL UNIQUE, closed_at INTEGER NOT NULL, inputs TEXT NOT NULL,
  price INTEGER NOT NULL, price_of_all INTEGER NOT NULL, price_left INTEGER NOT NULL, interest_left INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE TABLE settled_minutes (id TEXT PRIMARY KEY, energies BLOB NOT NULL) STRICT;
CREATE TABLE settlement_claims (id TEXT PRIMARY KEY, claim TEXT NOT NULL, answer TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE remittances (
  id TEXT PRIMARY KEY, payee TEXT NOT NULL, amount INTEGER NOT NULL, method TEXT NOT NULL, paid_on TEXT NOT NULL,
  reference TEXT NOT NULL, "by" TEXT NOT NULL, at INTEGER NOT NULL, reversed_at INTEGER,
  UNIQUE (payee, reference)
) STRICT, WITHOUT ROWID;
CREATE INDEX remittances_to ON remittances (payee, at, id);
CREATE TABLE voucher_batches (
  id TEXT PRIMARY KEY, count INTEGER NOT NULL, value INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  "by" TEXT NOT NULL, approved_at INTEGER NOT NULL, printed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE vouchers (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, batch TEXT NOT NULL REFERENCES voucher_batches (id),
  value INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL, sold_at INTEGER, agent TEXT, method TEXT,
  paid INTEGER NOT NULL, payment TEXT UNIQUE, redeemed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX meters_of_subscriber ON meters (subscriber, svpmsn);
CREATE TABLE people (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, subscriber TEXT REFERENCES subscribers (id),
  password TEXT NOT NULL, one_time_until INTEGER, locked INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_person ON sessions (person, id);
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL,
  created_by TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
  id TEXT PRIMARY KEY, count INTEGER NOT NULL, locked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE approvals (
  id TEXT PRIMARY KEY, proposal TEXT NOT NULL, why TEXT NOT NULL, state TEXT NOT NULL,
  asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL, decided_by TEXT, decided_at INTEGER,
  CHECK (state <> 'approved' OR decided_by <> asked_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_of_state ON approvals (state, id);
CREATE TABLE kept_answers (
  id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, "by" TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, request TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE UPDATE OF number, at, "by", role, action, subject, detail, request ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
CREATE TABLE heads (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL, kid TEXT NOT NULL, signature TEXT NOT NULL
) STRICT;
CREATE TABLE card_slots (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), tail TEXT NOT NULL,
  inserted_at INTEGER NOT NULL, due_at INTEGER, attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX card_slots_of_tail ON card_slots (tail, id);
CREATE TABLE agents (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, commission_basis_points INTEGER NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0), created_at INTEGER NOT NULL, closed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE agent_members (id TEXT PRIMARY KEY, agent TEXT NOT NULL REFERENCES agents (id)) STRICT, WITHOUT ROWID;
CREATE INDEX agent_members_of_agent ON agent_members (agent, id);
CREATE TABLE vends (
  id TEXT PRIMARY KEY, agent TEXT NOT NULL REFERENCES agents (id), reference TEXT NOT NULL, "by" TEXT NOT NULL,
  svpmsn INTEGER REFERENCES meters (svpmsn), paid INTEGER NOT NULL, commission INTEGER NOT NULL, at INTEGER NOT NULL,
  confirmed_at INTEGER, reversed_at INTEGER, purse TEXT REFERENCES card_purses (id),
  CHECK ((svpmsn IS NULL) <> (purse IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE shifts (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, open_by TEXT UNIQUE, agent TEXT REFERENCES agents (id),
  opened_at INTEGER NOT NULL, opening INTEGER NOT NULL, taken INTEGER NOT NULL, paid_out INTEGER NOT NULL,
  closed_at INTEGER, counted INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE card_providers (
  id TEXT PRIMARY KEY, utility INTEGER NOT NULL, region INTEGER NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL,
  ticket_limit INTEGER NOT NULL, ticket_days INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE card_charges (
  id TEXT PRIMARY KEY, provider TEXT NOT NULL REFERENCES card_providers (id), valid_from INTEGER NOT NULL,
  unit_charge INTEGER NOT NULL, published_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX card_charges_of_provider ON card_charges (provider, valid_from, id);
CREATE TABLE cards (
  id TEXT PRIMARY KEY, tail TEXT NOT NULL, subscriber TEXT NOT NULL REFERENCES subscribers (id), state TEXT NOT NULL,
  issued_at INTEGER NOT NULL, ended_at INTEGER, replaced_by TEXT UNIQUE
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_of_subscriber ON cards (subscriber, id);
CREATE INDEX cards_of_tail ON cards (tail, id);
CREATE INDEX cards_of_state ON cards (state, id);
CREATE TABLE card_purses (
  id TEXT PRIMARY KEY, card TEXT NOT NULL REFERENCES cards (id), region INTEGER NOT NULL,
  provider TEXT NOT NULL REFERENCES card_providers (id), n INTEGER NOT NULL,
  last_counter INTEGER NOT NULL, outstanding TEXT UNIQUE, query_wanted INTEGER NOT NULL, freeze TEXT, frozen_at INTEGER,
  credited INTEGER NOT NULL, closed INTEGER NOT NULL, released INTEGER NOT NULL, handed INTEGER NOT NULL,
  to_others INTEGER NOT NULL, recovered INTEGER NOT NULL, told_at INTEGER, balance INTEGER NOT NULL, debited INTEGER NOT NULL,
  pending_meter INTEGER, pending INTEGER NOT NULL, debit_counter INTEGER NOT NULL, ticket_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX card_purses_of_card ON card_purses (card, id);
CREATE INDEX card_purses_of_provider ON card_purses (provider, id);
CREATE TABLE card_orders (
  id TEXT PRIMARY KEY, purse TEXT NOT NULL REFERENCES card_purses (id), open_of TEXT, provider TEXT NOT NULL,
  op TEXT NOT NULL, amount INTEGER NOT NULL, debit_counter INTEGER, source TEXT NOT NULL, txid TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL, why TEXT, counter INTEGER, method TEXT,
  paid INTEGER NOT NULL, fee INTEGER NOT NULL, tax INTEGER NOT NULL,
  ordered_at INTEGER NOT NULL, settled_at INTEGER, paid_out_at INTEGER, unit_charge INTEGER,
  UNIQUE (purse, counter)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_orders_of_purse ON card_orders (purse, ordered_at, id);
CREATE INDEX card_orders_open ON card_orders (open_of, id) WHERE open_of IS NOT NULL;
CREATE TABLE card_tickets (
  id TEXT PRIMARY KEY, purse TEXT NOT NULL REFERENCES card_purses (id), meter INTEGER NOT NULL, n INTEGER NOT NULL,
  version INTEGER NOT NULL, "limit" INTEGER NOT NULL, expiry INTEGER NOT NULL, epoch INTEGER NOT NULL,
  issued_at INTEGER NOT NULL, taken_at INTEGER, exposes TEXT REFERENCES card_providers (id),
  UNIQUE (purse, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_tickets_of_purse ON card_tickets (purse, issued_at, id);
CREATE INDEX card_tickets_of_meter ON card_tickets (meter, id);
CREATE INDEX card_tickets_exposing ON card_tickets (exposes, id) WHERE exposes IS NOT NULL;
CREATE TABLE offline_meters (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL UNIQUE, provider TEXT NOT NULL REFERENCES card_providers (id),
  subscriber TEXT NOT NULL REFERENCES subscribers (id), n INTEGER NOT NULL, enrolled_at INTEGER NOT NULL,
  line INTEGER NOT NULL, awaited INTEGER NOT NULL, epoch INTEGER NOT NULL, epoch_there INTEGER NOT NULL, sequence INTEGER NOT NULL, reported_at INTEGER,
  from_cards INTEGER NOT NULL, from_others INTEGER NOT NULL, handed_then INTEGER NOT NULL, spent INTEGER NOT NULL, balance INTEGER NOT NULL, owed INTEGER NOT NULL, register INTEGER NOT NULL,
  flags INTEGER NOT NULL, told_at INTEGER NOT NULL, events TEXT NOT NULL, doubt TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX offline_meters_of_subscriber ON offline_meters (subscriber, id);
CREATE TABLE phone_access (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), number TEXT, language TEXT NOT NULL,
  usual INTEGER, means TEXT NOT NULL, pin TEXT NOT NULL, allowed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_access_of_number ON phone_access (number, id) WHERE number IS NOT NULL;
CREATE TABLE calls (
  id TEXT PRIMARY KEY, carrier TEXT NOT NULL, "from" TEXT, svpmsn INTEGER, language TEXT, state TEXT NOT NULL,
  begun_at INTEGER NOT NULL, ended_at INTEGER, call_back TEXT, steps TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_of_state ON calls (state, id);
CREATE TABLE message_choices (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), number TEXT NOT NULL, language TEXT NOT NULL,
  causes TEXT NOT NULL, chosen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
  id TEXT PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), cause TEXT NOT NULL,
  number TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, changed_at INTEGER NOT NULL, why TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_of_state ON messages (state, due_at, id);
CREATE INDEX messages_of_meter ON messages (svpmsn, id);
CREATE TABLE used_days (id TEXT PRIMARY KEY, units TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE line_balances (
  id TEXT PRIMARY KEY, local_unit INTEGER NOT NULL, day INTEGER NOT NULL, judged_at INTEGER NOT NULL,
  verdict TEXT NOT NULL, why TEXT, figures TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE host_beats (id TEXT PRIMARY KEY, beats INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tenancies (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn),
  subscriber TEXT NOT NULL REFERENCES subscribers (id), moved_in_at INTEGER NOT NULL, state TEXT NOT NULL,
  asked_at INTEGER, next INTEGER, closed_before INTEGER NOT NULL, closings INTEGER NOT NULL, repayments INTEGER NOT NULL,
  left_at INTEGER, reading TEXT, read_at INTEGER, balance INTEGER, owed INTEGER, register INTEGER,
  register_at INTEGER, settled INTEGER, carried INTEGER, refund INTEGER, paid_out_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancies_of_meter ON tenancies (svpmsn, id);
CREATE INDEX tenancies_of_subscriber ON tenancies (subscriber, id);
CREATE TABLE line_networks (id TEXT PRIMARY KEY, local_unit INTEGER NOT NULL, file TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE reading_checks (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL, supply INTEGER NOT NULL, day INTEGER NOT NULL,
  checked_at INTEGER NOT NULL, findings TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE voltages (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL, supply INTEGER NOT NULL, day INTEGER NOT NULL,
  heard_at INTEGER NOT NULL, volts BLOB NOT NULL, findings TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE temperatures (
  id TEXT PRIMARY KEY, day INTEGER NOT NULL, given_at INTEGER NOT NULL, celsius TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE loss_alarms (
  id TEXT PRIMARY KEY, local_unit INTEGER NOT NULL, state TEXT NOT NULL, raised_at INTEGER NOT NULL,
  first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, days INTEGER NOT NULL,
  unexplained INTEGER NOT NULL, confidence INTEGER NOT NULL, steps TEXT NOT NULL, suspects TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX loss_alarms_of_unit ON loss_alarms (local_unit, id);
CREATE INDEX loss_alarms_of_state ON loss_alarms (state, id);
CREATE TABLE inspections (
  id TEXT PRIMARY KEY, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), inspected_at INTEGER NOT NULL,
  "by" TEXT NOT NULL, findings TEXT NOT NULL, note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inspections_of_meter ON inspections (svpmsn, inspected_at, id);
CREATE TABLE key_rotations (
  id TEXT PRIMARY KEY, purpose TEXT NOT NULL, suite INTEGER NOT NULL, state TEXT NOT NULL, generation INTEGER NOT NULL,
  began_at INTEGER, given_at INTEGER, due_at INTEGER, withheld INTEGER NOT NULL, next_at INTEGER NOT NULL,
  "after" INTEGER NOT NULL, walk TEXT NOT NULL, counts TEXT, counted_at INTEGER
) STRICT, WITHOUT ROWID;
ALTER TABLE purses ADD COLUMN used_units TEXT NOT NULL DEFAULT '{}';
CREATE TABLE lanes (id INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE copies (position INTEGER PRIMARY KEY) STRICT;
-- Made anew, because a column can be made one that may be NULL in no other way: what concerns no meter names none.
CREATE TABLE postings_anew (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, at INTEGER NOT NULL, svpmsn INTEGER REFERENCES meters (svpmsn), "order" TEXT,
  lane INTEGER, digest BLOB
) STRICT;
INSERT INTO postings_anew (sequence, kind, at, svpmsn, "order") SELECT sequence, kind, at, svpmsn, "order" FROM postings;
CREATE TABLE lines_anew (
  posting INTEGER NOT NULL REFERENCES postings_anew (sequence), place INTEGER NOT NULL,
  account TEXT NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (posting, place)
) STRICT, WITHOUT ROWID;
INSERT INTO lines_anew SELECT posting, place, account, amount FROM lines;
DROP TABLE lines;
DROP TABLE postings;
ALTER TABLE postings_anew RENAME TO postings;
ALTER TABLE lines_anew RENAME TO lines;
CREATE TABLE payments_anew (
  id TEXT PRIMARY KEY, port TEXT NOT NULL, method TEXT NOT NULL, trace INTEGER NOT NULL,
  svpmsn INTEGER REFERENCES meters (svpmsn), purse TEXT REFERENCES card_purses (id),
  paid INTEGER NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL, approval TEXT, approval_key TEXT UNIQUE, shown TEXT, why TEXT,
  due_at INTEGER NOT NULL, attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO payments_anew (id, port, method, trace, svpmsn, paid, at, state, approval, approval_key, shown, why, due_at, attempts)
  SELECT id, port, method, trace, svpmsn, paid, at, state, approval, approval_key, shown, why, due_at, attempts FROM payments;
DROP TABLE payments;
ALTER TABLE payments_anew RENAME TO payments;
CREATE INDEX payments_unsettled ON payments (state, at, id);
CREATE INDEX postings_of_meter ON postings (svpmsn, sequence);
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_stay BEFORE UPDATE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
${SEALED_TABLES.map((name) => `ALTER TABLE ${name} ADD COLUMN seal INTEGER;`).join('\n')}
`,
];
