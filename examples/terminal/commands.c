/* docs/protocol.md, "Control", "Monitoring", "Keys and maintenance". */
#include <string.h>

#include "bytes.h"
#include "state.h"

enum { YEAR_2000 = 946684800, SLEW_A_DAY = 60, TOTALS = 213 };

static uint32_t version_of(const struct stored_table *table) { return table->length ? get32(table->bytes + 2) : 0; }

static uint32_t policy_version(const struct meter *meter) { return get32(meter->memory.policy); }

static uint32_t highest_table(const struct memory *m) {
  return version_of(&m->next) > version_of(&m->in_use) ? version_of(&m->next) : version_of(&m->in_use);
}

/* ---- Status of each purpose, in M2 ---- */

size_t status_of(struct meter *meter, uint8_t n, uint8_t *out) {
  struct memory *m = &meter->memory;
  uint8_t *at = out;
  switch (purpose_of(n)) {
    case VALUE: return (size_t)(put64(put32(at, m->last_tc), m->credited) - out);
    case CONTROL:
      at = put32(put32(put32(put32(at, clock_now(meter)), version_of(&m->in_use)), version_of(&m->next)), policy_version(meter));
      return (size_t)(put16(at, flags_of(meter)) - out);
    case MONITORING:
      at = put32(put32(put16(put32(at, clock_now(meter)), flags_of(meter)), m->balance), 0); /* owes nothing, ever */
      return (size_t)(put16(put32(put32(at, version_of(&m->in_use)), m->next_event), 0) - out); /* and has no profile */
    default: break;
  }
  unsigned held = 0, highest[4] = {0};
  for (int i = 0; i < KEYS_MAX; i++) {
    const struct key *key = &m->keys[i];
    if (!key->held || suite_of(key->n) != suite_of(n)) continue;
    held |= 1u << purpose_of(key->n);
    if (generation_of(key->n) > highest[purpose_of(key->n)]) highest[purpose_of(key->n)] = generation_of(key->n);
  }
  at = put8(put16(put32(at, clock_now(meter)), flags_of(meter)), held);
  for (unsigned p = 0; p < 4; p++) at = put8(at, (unsigned)m->floors[p][suite_of(n)] << 4 | highest[p]);
  return (size_t)(at - out);
}

/* ---- Control ---- */

static unsigned take_table(struct meter *meter, const uint8_t *body, size_t length) {
  struct memory *m = &meter->memory;
  struct mode_table table;
  if (!body || !mode_table_read(body, length, &table)) return NOT_UNDERSTOOD;
  if (table.supply != 1) return NO_SUCH_SUPPLY;
  if (table.version <= highest_table(m)) {
    const struct stored_table *held[] = {&m->in_use, &m->next};
    for (int i = 0; i < 2; i++) {
      int differs = held[i]->length != length || memcmp(held[i]->bytes, body, length) != 0;
      if (version_of(held[i]) == table.version && held[i]->length && differs) return REFUSED_BY_POLICY;
    }
    return NOT_NEWER;
  }
  memset(&m->next, 0, sizeof m->next);
  memcpy(m->next.bytes, body, length);
  m->next.length = (uint32_t)length;
  record_event(meter, TABLE_CHANGED, 1, 0, table.version);
  promote_table(meter);
  return DONE;
}

static unsigned set_clock(struct meter *meter, const uint8_t *body, size_t length, uint64_t age) {
  if (!body || length != 6 || get32(body) < YEAR_2000 || get16(body + 4) > 999) return NOT_UNDERSTOOD;
  if (age / 2 > 1000) return CLOCK_COULD_MISS;
  uint32_t previous = clock_now(meter);
  clock_put(meter, (int64_t)get32(body) * 1000 + get16(body + 4) + (int64_t)(age / 2));
  meter->memory.slew_day = clock_now(meter) / 86400;
  meter->memory.slew_spent = 0;
  record_event(meter, CLOCK_WAS_SET, 0, 0, previous);
  promote_table(meter);
  return DONE;
}

static unsigned work_relay(struct meter *meter, const uint8_t *body, size_t length) {
  static const unsigned clears[] = {0, BY_COMMAND | LEAK, TAMPER, OVER_CURRENT};
  if (!body || length != 2 || body[0] > 4 || body[1] > 3) return NOT_UNDERSTOOD;
  if (body[0] > 1) return NO_SUCH_SUPPLY;
  relay_hold(meter, body[1] == 0 ? BY_COMMAND : 0, clears[body[1]]);
  return body[1] != 0 && meter->memory.relay_reasons ? ANOTHER_REASON_HOLDS : DONE;
}

static int policy_right(const uint8_t *p, size_t length) {
  if (length < 22 + 12 || length > POLICY_MAX || (length - 22) % 12 != 0) return 0;
  unsigned from = get16(p + 12), to = get16(p + 14);
  int hours = (from == 0xffff && to == 0xffff) || (from < 1440 && to < 1440 && from != to);
  unsigned every = get16(p + 17), seconds = p[19];
  if (!hours || p[16] > 31 || every < 1 || every > 1440 || seconds < 1 || seconds > 60 || get16(p + 20) > 1000) return 0;
  for (const uint8_t *supply = p + 22; supply < p + length; supply += 12) {
    if (get24(supply) == 0 && get16(supply + 3) != 0) return 0;
    if (get16(supply + 5) == 0 && (get16(supply + 7) != 0 || supply[9] != 0 || get16(supply + 10) != 0)) return 0;
  }
  return 1;
}

static unsigned take_policy(struct meter *meter, const uint8_t *body, size_t length) {
  if (!body || !policy_right(body, length)) return NOT_UNDERSTOOD;
  if (get32(body) <= policy_version(meter)) return NOT_NEWER;
  memset(meter->memory.policy, 0, POLICY_MAX);
  memcpy(meter->memory.policy, body, length);
  meter->memory.policy_length = (uint32_t)length;
  record_event(meter, POLICY_CHANGED, 0, 0, get32(body));
  return DONE;
}

static unsigned take_epoch(struct meter *meter, const uint8_t *body, size_t length) {
  if (!body || length != 4) return NOT_UNDERSTOOD;
  if (get32(body) <= meter->memory.epoch) return NOT_NEWER;
  meter->memory.epoch = get32(body);
  return DONE;
}

/* This terminal has no interphone: it understands what is said, and nobody ever calls. */
static unsigned hear_speech(const uint8_t *body, size_t length) {
  if (!body || length < 3 || length > 200 || body[1] > 1) return NOT_UNDERSTOOD;
  size_t at = 3;
  while (at < length) {
    if (length - at < 2) return NOT_UNDERSTOOD;
    unsigned values = body[at + 1] & 15;
    for (at += 2; values > 0; values--) {
      if (at >= length || length - at - 1 < body[at]) return NOT_UNDERSTOOD;
      at += 1 + body[at];
    }
  }
  return DONE;
}

static int letters_or_digits(const uint8_t *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    uint8_t letter = text[i] | 0x20;
    if ((text[i] < '0' || text[i] > '9') && (letter < 'a' || letter > 'z')) return 0;
  }
  return 1;
}

/* This terminal has no slot for cards: it understands how a sale would begin or end, and nobody ever pays. */
static unsigned hear_payment(const uint8_t *body, size_t length) {
  if (!body || length == 0) return NOT_UNDERSTOOD;
  if (body[0] == 2) return length >= 12 && length <= 140 && body[9] <= 2 && letters_or_digits(body + 10, 2) ? DONE : NOT_UNDERSTOOD;
  if (body[0] != 1 || length < 37 || body[36] < 1 || body[36] > 8) return NOT_UNDERSTOOD;
  for (size_t i = 13; i < 19; i++) {
    if (body[i] >> 4 > 9 || (body[i] & 15) > 9) return NOT_UNDERSTOOD;
  }
  uint32_t counter = get32(body + 19);
  if (counter < 1 || counter > 99999999 || body[25] > 9 || !letters_or_digits(body + 28, 8)) return NOT_UNDERSTOOD;
  size_t at = 37;
  for (unsigned left = body[36]; left > 0; left--) {
    if (at >= length || body[at] < 5 || body[at] > 16 || length - at < body[at] + 9u || body[at + 1 + body[at]] > 1) return NOT_UNDERSTOOD;
    at += body[at] + 9u;
  }
  return at == length ? DONE : NOT_UNDERSTOOD;
}

long control_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint64_t age, uint8_t *answer) {
  struct memory *m = &meter->memory;
  uint32_t previous = clock_now(meter);
  unsigned result;
  uint8_t *at;
  switch (session->h) {
    case MODE_TABLE:
      result = take_table(meter, body, length);
      return put32(put_head(meter, result, answer), highest_table(m)) - answer;
    case CLOCK_SET:
      result = set_clock(meter, body, length, age);
      return put32(put_head(meter, result, answer), previous) - answer;
    case RELAY:
      result = work_relay(meter, body, length);
      return put8(put_head(meter, result, answer), m->relay_reasons) - answer;
    case SUPPLY_POLICY:
      result = take_policy(meter, body, length);
      return put32(put_head(meter, result, answer), policy_version(meter)) - answer;
    case INTERPHONE:
      return put32(put_head(meter, hear_speech(body, length), answer), 0) - answer;
    case PAYMENT_CARD:
      return put8(put_head(meter, hear_payment(body, length), answer), 0) - answer;
    default:
      result = take_epoch(meter, body, length);
      at = put64(put_head(meter, result, answer), 0); /* nothing was ever taken from cards */
      return put32(at, m->epoch) - answer;
  }
}

/* ---- Monitoring ---- */

static uint8_t *put_totals(const struct meter *meter, uint8_t *at) {
  /* This terminal measures nothing: its registers are 0, and no day, month or year was recorded. */
  memset(at, 0, TOTALS);
  at[0] = 1;
  put16(at + 1, clock_now(meter) / 86400);
  memset(at + 21, 0xff, 4 * (1 + 30 + 13));
  return at + TOTALS;
}

static uint8_t *put_section(unsigned kind, const uint8_t *bytes, size_t length, uint8_t *at) {
  at = put16(put8(at, kind), (unsigned)length);
  memcpy(at, bytes, length);
  return at + length;
}

/* Days that are wanted: rising by day, then supply. */
static int request_right(const uint8_t *body, size_t length) {
  if (length < 2 || body[0] > 15 || body[1] > 28 || length != 2 + 3u * body[1]) return 0;
  for (unsigned i = 0; i < body[1]; i++) {
    const uint8_t *wanted = body + 2 + 3 * i;
    if (wanted[2] < 1 || wanted[2] > 4 || (i > 0 && get24(wanted) <= get24(wanted - 3))) return 0;
  }
  return 1;
}

static long use_read(struct meter *meter, const uint8_t *body, size_t length, uint8_t *answer) {
  struct memory *m = &meter->memory;
  uint8_t sections[TOTALS + MODE_TABLE_MAX + POLICY_MAX + 12 + 4 * 3], *at = sections, few[TOTALS];
  unsigned result = DONE;
  if (!body || !request_right(body, length)) {
    result = NOT_UNDERSTOOD;
  } else {
    if (body[0] & 1) at = put_section(1, few, (size_t)(put_totals(meter, few) - few), at);
    if ((body[0] & 2) && m->in_use.length) at = put_section(2, m->in_use.bytes, m->in_use.length, at);
    if ((body[0] & 2) && !m->in_use.length) result = NOT_HELD;
    if (body[0] & 4) at = put_section(3, m->policy, m->policy_length, at);
    if (body[1] > 0) result = NOT_HELD; /* no day is held */
    if (body[0] & 8) at = put_section(5, few, (size_t)(put32(put64(few, 0), m->epoch) - few), at);
  }
  uint8_t *out = put32(put_head(meter, result, answer), 0); /* owed */
  out = put32(put32(put16(out, flags_of(meter)), version_of(&m->in_use)), version_of(&m->next));
  out = put32(put8(put16(put32(out, policy_version(meter)), 0), 0), m->next_event);
  memcpy(out, sections, (size_t)(at - sections));
  return out + (at - sections) - answer;
}

static int crosses_edge(const struct meter *meter, int64_t from, int64_t to) {
  const struct stored_table *held[] = {&meter->memory.in_use, &meter->memory.next};
  int64_t low = from < to ? from : to, high = from < to ? to : from;
  for (int i = 0; i < 2; i++) {
    struct mode_table table;
    if (!held[i]->length || !mode_table_read(held[i]->bytes, held[i]->length, &table)) continue;
    if (table.valid_from > low && table.valid_from <= high) return 1;
    /* A percentage changes with a whole minute only. */
    for (int64_t edge = (low / 60 + 1) * 60; i == 0 && edge <= high; edge += 60) {
      if (mode_table_percent(&table, (uint32_t)edge) != mode_table_percent(&table, (uint32_t)edge - 1)) return 1;
    }
  }
  return 0;
}

static long slew(struct meter *meter, const uint8_t *body, size_t length, uint8_t *answer) {
  struct memory *m = &meter->memory;
  int seconds = body && length == 1 ? (int8_t)body[0] : 0;
  unsigned result = DONE;
  if (m->clock_set && clock_now(meter) / 86400 > m->slew_day) {
    m->slew_day = clock_now(meter) / 86400;
    m->slew_spent = 0;
  }
  unsigned size = (unsigned)(seconds < 0 ? -seconds : seconds);
  int64_t now = clock_now(meter);
  if (seconds == 0 || size > SLEW_A_DAY) {
    result = NOT_UNDERSTOOD;
  } else if (!m->clock_set) {
    result = CLOCK_NEVER_SET;
  } else if (m->slew_spent + size > SLEW_A_DAY) {
    result = SLEW_SPENT;
  } else if (crosses_edge(meter, now, now + seconds)) {
    result = CROSSES_TARIFF_EDGE;
  } else {
    m->slew_spent += size;
    clock_put(meter, clock_ms(meter) + 1000 * (int64_t)seconds);
    record_event(meter, CLOCK_SLEWED, 0, 0, (uint32_t)seconds);
  }
  return put8(put_head(meter, result, answer), m->slew_spent) - answer;
}

static uint32_t oldest_event(const struct memory *m) {
  uint32_t oldest = m->next_event;
  for (int i = 0; i < EVENTS_HELD; i++) {
    uint32_t sequence = get32(m->events[i]);
    if (sequence != 0 && sequence < oldest) oldest = sequence;
  }
  return oldest;
}

static long read_events(struct meter *meter, const uint8_t *body, size_t length, uint8_t *answer) {
  struct memory *m = &meter->memory;
  unsigned count = 0, result = DONE;
  uint8_t *at = answer + 9 + 4 + 4 + 1;
  if (!body || length != 5 || body[4] == 0) {
    result = NOT_UNDERSTOOD;
  } else {
    uint32_t from = get32(body);
    if (from > m->kept_before) m->kept_before = from < m->next_event ? from : m->next_event;
    if (from < oldest_event(m)) result = NOT_HELD;
    for (uint32_t s = oldest_event(m); s < m->next_event && count < body[4]; s++) {
      const uint8_t *row = m->events[s % EVENTS_HELD];
      if (s < from || get32(row) != s) continue;
      memcpy(at, row, 16), at += 16;
      count++;
    }
  }
  put8(put32(put32(put_head(meter, result, answer), oldest_event(m)), m->next_event), count);
  return at - answer;
}

long monitoring_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer) {
  /* An authentic M3 has heard every reason that stood until then. */
  meter->memory.was_read = 1;
  meter->memory.attention_reasons = 0;
  switch (session->h) {
    case USE_READ: return use_read(meter, body, length, answer);
    case CLOCK_SLEW: return slew(meter, body, length, answer);
    default: return read_events(meter, body, length, answer);
  }
}

/* ---- Keys ---- */

static unsigned take_key(struct meter *meter, const struct session *session, const uint8_t *body, size_t length) {
  struct memory *m = &meter->memory;
  static const size_t wrapped[] = {0, 16, 24, 40};
  if (!body || length < 2 || suite_of(body[0]) == SUITE_3DES) return NOT_UNDERSTOOD;
  uint8_t n = body[0], floor = body[1];
  unsigned purpose = purpose_of(n), suite = suite_of(n);
  if (floor > generation_of(n) || length != 2 + wrapped[suite]) return NOT_UNDERSTOOD;
  if (purpose_of(session->n) != MAINTENANCE && purpose != purpose_of(session->n)) return REFUSED_BY_POLICY;
  if (generation_of(n) < m->floors[purpose][suite] || floor < m->floors[purpose][suite]) return BELOW_FLOOR;

  int fits = (suite == SUITE_3DES_XO) == (suite_of(session->n) == SUITE_3DES_XO);
  uint8_t kt[32];
  if (!fits || !exchange_unwrap(session, body + 2, wrapped[suite], kt)) return KEY_DOES_NOT_OPEN;

  struct key *room = NULL;
  for (int i = KEYS_MAX - 1; i >= 0; i--) {
    if (!m->keys[i].held) room = &m->keys[i];
  }
  for (int i = 0; i < KEYS_MAX; i++) {
    if (m->keys[i].held && m->keys[i].n == n) room = &m->keys[i]; /* the same again, after an answer that was lost */
  }
  if (!room) return REFUSED_BY_POLICY;
  room->held = 1;
  room->n = n;
  room->floor = floor;
  memcpy(room->kt, kt, key_length(n));
  record_event(meter, KEY_CHANGED, 0, n, 0);
  return DONE;
}

long key_change(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer) {
  unsigned result = take_key(meter, session, body, length);
  unsigned n = result == NOT_UNDERSTOOD ? 0 : body[0], floor = 0;
  if (result == DONE) floor = body[1];
  else if (result != NOT_UNDERSTOOD) floor = meter->memory.floors[purpose_of(body[0])][suite_of(body[0])];
  return put8(put8(put_head(meter, result, answer), n), floor) - answer;
}
