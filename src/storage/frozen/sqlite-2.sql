PRAGMA application_id = 2004119667; PRAGMA user_version = 2;
CREATE TABLE subscribers (id TEXT PRIMARY KEY, name TEXT NOT NULL, contact TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE meters (
  svpmsn INTEGER PRIMARY KEY CHECK (svpmsn BETWEEN 0 AND 16777215),
  subscriber TEXT NOT NULL REFERENCES subscribers (id),
  local_unit INTEGER NOT NULL, modem_address INTEGER NOT NULL,
  suite INTEGER NOT NULL, supplies INTEGER NOT NULL, tariff TEXT, enrolled_at INTEGER NOT NULL,
  value_generation INTEGER NOT NULL, control_generation INTEGER NOT NULL, monitoring_generation INTEGER NOT NULL,
  UNIQUE (local_unit, modem_address)
) STRICT;
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
CREATE TABLE commands (
  svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), slot TEXT NOT NULL,
  sequence INTEGER NOT NULL UNIQUE, h INTEGER NOT NULL, body BLOB NOT NULL, version INTEGER NOT NULL,
  state TEXT NOT NULL, result INTEGER, ordered_at INTEGER NOT NULL, settled_at INTEGER,
  PRIMARY KEY (svpmsn, slot)
) STRICT;
CREATE TABLE tariffs (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL,
  valid_from INTEGER NOT NULL, published_at INTEGER NOT NULL
) STRICT;
CREATE TABLE postings (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, at INTEGER NOT NULL, svpmsn INTEGER NOT NULL REFERENCES meters (svpmsn), "order" TEXT
) STRICT;
CREATE TABLE lines (
  posting INTEGER NOT NULL REFERENCES postings (sequence), place INTEGER NOT NULL,
  account TEXT NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (posting, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge (
  svpmsn INTEGER PRIMARY KEY REFERENCES meters (svpmsn),
  heard_at INTEGER, balance INTEGER, balance_at INTEGER, info_at INTEGER, owed INTEGER, flags INTEGER,
  clock_offset_ms INTEGER, table_version INTEGER, next_table_version INTEGER, policy_version INTEGER,
  last_day INTEGER, next_event INTEGER, attention_at INTEGER, attention INTEGER
, flags_at INTEGER, policy_at INTEGER, profile_day INTEGER, events_before INTEGER) STRICT;
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
CREATE TABLE lines_of_units (
  local_unit INTEGER PRIMARY KEY,
  health_at INTEGER, health TEXT, checked_at INTEGER, map_refused_at INTEGER, map_refusal TEXT
) STRICT;
CREATE TABLE suspicions (
  local_unit INTEGER NOT NULL, kind TEXT NOT NULL, address INTEGER NOT NULL, svpmsn INTEGER NOT NULL,
  since_ms INTEGER NOT NULL, named_at INTEGER NOT NULL,
  PRIMARY KEY (local_unit, kind, address, svpmsn)
) STRICT, WITHOUT ROWID;
CREATE TABLE check_minutes (
  local_unit INTEGER NOT NULL, slot INTEGER NOT NULL, minute INTEGER NOT NULL, energy INTEGER NOT NULL,
  PRIMARY KEY (local_unit, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO subscribers VALUES ('kim', 'Kim', '');
INSERT INTO subscribers VALUES ('subscriber ', 'Müller & "김" 𝄞
	\', '');
INSERT INTO subscribers VALUES ('subscriber B', 'Müller & "김" 𝄞
	\', '');
INSERT INTO subscribers VALUES ('subscriber a', 'Müller & "김" 𝄞
	\', '');
INSERT INTO subscribers VALUES ('subscriber ä', 'Müller & "김" 𝄞
	\', '');
INSERT INTO subscribers VALUES ('subscriber ￿', 'Müller & "김" 𝄞
	\', '');
INSERT INTO subscribers VALUES ('subscriber 𝄞', 'Müller & "김" 𝄞
	\', '');
INSERT INTO meters VALUES (0, 'kim', 1, 0, 2, 1, NULL, 1767614400000, 0, 0, 0);
INSERT INTO meters VALUES (1, 'kim', 1, 1, 2, 1, NULL, 1767614400000, 0, 0, 0);
INSERT INTO meters VALUES (2, 'kim', 1, 2, 2, 1, NULL, 1767614400000, 0, 0, 0);
INSERT INTO purses VALUES (0, 'open', 1, 0, NULL, NULL, 100, 0, 0, 0, 1767614400000, 1767614400000);
INSERT INTO purses VALUES (1, 'open', 1, 0, NULL, NULL, 101, 0, 0, 0, 1767614400000, 1767614400000);
INSERT INTO purses VALUES (2, 'open', 1, 0, NULL, NULL, 102, 0, 0, 0, 1767614400000, 1767614400000);
INSERT INTO orders VALUES (1, 'stored 0', 0, 'credit', 100, 'cash', 'd0bbe38076661598', 'stored', 1, 1767614400000, 1767614400000);
INSERT INTO orders VALUES (2, 'stored 1', 1, 'credit', 101, 'cash', 'de1b3aa61b0c2fc3', 'stored', 1, 1767614400000, 1767614400000);
INSERT INTO orders VALUES (3, 'stored 2', 2, 'credit', 102, 'cash', 'a925dc115747bd59', 'stored', 1, 1767614400000, 1767614400000);
INSERT INTO orders VALUES (4, 'bought', 0, 'credit', 4201, 'cash', '39deaf7caa6bbb32', 'outstanding', 2, 1767614400000, NULL);
INSERT INTO orders VALUES (5, 'on its way', 1, 'credit', 7, 'cash', 'a305100c59d5a82d', 'outstanding', 2, 1767614400000, NULL);
INSERT INTO orders VALUES (6, 'waits', 1, 'credit', 8, 'cash', '7c4a345722b40acb', 'waiting', NULL, 1767614400000, NULL);
INSERT INTO outstanding VALUES (0, 2, 'bought', '39deaf7caa6bbb32', 4201, 'credit');
INSERT INTO outstanding VALUES (1, 2, 'on its way', 'a305100c59d5a82d', 7, 'credit');
INSERT INTO work VALUES (0, 1, 0, 1767614460000, 0, 1);
INSERT INTO work VALUES (1, 1, 0, 1767614460000, 0, 1);
INSERT INTO commands VALUES (0, 'clock-set', 1, 33, X'', 0, 'waiting', NULL, 1767614400000, NULL);
INSERT INTO tariffs VALUES (1767614400, 'home', '{"unitCharge":25000,"seasons":{"summer":{"from":"06-01","to":"08-31"},"rest of the year":{"from":"09-01","to":"05-31"}},"bands":[{"name":"midnight","from":"00:00","to":"06:00","percent":50},{"name":"before work","days":["weekdays"],"from":"06:00","to":"09:00","percent":75},{"name":"work, morning","days":["weekdays"],"from":"09:00","to":"14:00","percent":200},{"name":"work, 2 to 4","season":"rest of the year","days":["weekdays"],"from":"14:00","to":"16:00","percent":200},{"name":"cooling","season":"summer","days":["weekdays"],"from":"14:00","to":"16:00","percent":300},{"name":"work, late","days":["weekdays"],"from":"16:00","to":"18:00","percent":200},{"name":"after work","days":["weekdays"],"from":"18:00","to":"22:00","percent":75}],"otherwise":100}', 1767614400000, 1767614400000);
INSERT INTO postings VALUES (1, 'sold', 1767614400000, 0, 'stored 0');
INSERT INTO postings VALUES (2, 'sold', 1767614400000, 1, 'stored 1');
INSERT INTO postings VALUES (3, 'sold', 1767614400000, 2, 'stored 2');
INSERT INTO postings VALUES (4, 'stored', 1767614400000, 0, 'stored 0');
INSERT INTO postings VALUES (5, 'stored', 1767614400000, 1, 'stored 1');
INSERT INTO postings VALUES (6, 'stored', 1767614400000, 2, 'stored 2');
INSERT INTO postings VALUES (7, 'sold', 1767614400000, 0, 'bought');
INSERT INTO postings VALUES (8, 'sold', 1767614400000, 1, 'on its way');
INSERT INTO postings VALUES (9, 'sold', 1767614400000, 1, 'waits');
INSERT INTO lines VALUES (1, 0, 'cash', 100);
INSERT INTO lines VALUES (1, 1, 'prepaid', -100);
INSERT INTO lines VALUES (2, 0, 'cash', 101);
INSERT INTO lines VALUES (2, 1, 'prepaid', -101);
INSERT INTO lines VALUES (3, 0, 'cash', 102);
INSERT INTO lines VALUES (3, 1, 'prepaid', -102);
INSERT INTO lines VALUES (4, 0, 'prepaid', 100);
INSERT INTO lines VALUES (4, 1, 'value-in-meters', -100);
INSERT INTO lines VALUES (5, 0, 'prepaid', 101);
INSERT INTO lines VALUES (5, 1, 'value-in-meters', -101);
INSERT INTO lines VALUES (6, 0, 'prepaid', 102);
INSERT INTO lines VALUES (6, 1, 'value-in-meters', -102);
INSERT INTO lines VALUES (7, 0, 'cash', 5000);
INSERT INTO lines VALUES (7, 1, 'prepaid', -4201);
INSERT INTO lines VALUES (7, 2, 'tax', -799);
INSERT INTO lines VALUES (8, 0, 'cash', 7);
INSERT INTO lines VALUES (8, 1, 'prepaid', -7);
INSERT INTO lines VALUES (9, 0, 'cash', 8);
INSERT INTO lines VALUES (9, 1, 'prepaid', -8);
INSERT INTO knowledge VALUES (0, 1767614400000, 100, 1767614400000, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1767614400000, NULL, NULL, NULL);
INSERT INTO knowledge VALUES (1, 1767614400000, 101, 1767614400000, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1767614400000, NULL, NULL, NULL);
INSERT INTO knowledge VALUES (2, NULL, 4294967295, NULL, NULL, NULL, NULL, -86400000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO events VALUES (1, 2, 1, 4294967295, 3, 0, 0, 4294967295, 1767600000000);
INSERT INTO events VALUES (2, 2, 2, 4294967294, 3, 0, 1, 4294967295, 1767600000000);
INSERT INTO events VALUES (3, 2, 3, 4294967293, 3, 0, 2, 4294967295, 1767600000000);
INSERT INTO profiles VALUES (2, 1, 20000, X'abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd', X'000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO profiles VALUES (2, 1, 20001, X'abccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabccabcc', X'010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO profiles VALUES (2, 1, 20002, X'abcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcbabcb', X'020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202');
INSERT INTO totals VALUES (2, 1, 1767600000000, X'');
INSERT INTO facts VALUES ('address-map-version', 1767614402);
INSERT INTO facts VALUES ('commit', 23);
INSERT INTO facts VALUES ('instant-reserved', 1767614460000);
INSERT INTO lines_of_units VALUES (7, 1767600000000, '{"fromMs":1767600000000,"toMs":1767600000000,"frames":1,"bytes":2,"airtimeMs":3,"retries":4,"garbled":5}', 1767600000000, 1767600000000, 'Müller & "김" 𝄞
	\');
INSERT INTO suspicions VALUES (7, 'doubled-id', 1, 2, 0, 1767600000000);
INSERT INTO suspicions VALUES (7, 'no-answer', 1, 2, 0, 1767600000000);
INSERT INTO check_minutes VALUES (7, 26400, 29460000, 3);
CREATE INDEX meters_of_tariff ON meters (tariff) WHERE tariff IS NOT NULL;
CREATE UNIQUE INDEX orders_of_counter ON orders (svpmsn, counter) WHERE counter IS NOT NULL;
CREATE INDEX orders_of_meter ON orders (svpmsn, sequence);
CREATE INDEX orders_waiting ON orders (svpmsn, sequence) WHERE state = 'waiting';
CREATE INDEX work_due ON work (local_unit, due_at);
CREATE INDEX commands_waiting ON commands (svpmsn, sequence) WHERE state = 'waiting';
CREATE INDEX tariffs_of_name ON tariffs (name, version);
CREATE INDEX postings_of_meter ON postings (svpmsn, sequence);
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_stay BEFORE UPDATE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE INDEX orders_withdrawn ON orders (svpmsn, sequence) WHERE state = 'voiding' AND counter IS NULL;
