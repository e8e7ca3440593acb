#include "meter.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "crypto.h"
#include "state.h"

/* ---- Clock. The machine's own clock runs on without us; the meter's is that, and what it is ahead. ---- */

static int64_t machine_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ms(const struct meter *meter) {
  int64_t ms = machine_ms() + meter->memory.clock_ahead, end = (int64_t)UINT32_MAX * 1000 + 999;
  return ms < end ? ms : end; /* at the end of its seconds it stands still */
}

uint32_t clock_now(const struct meter *meter) { return meter->memory.clock_set ? (uint32_t)(clock_ms(meter) / 1000) : 0; }

void clock_put(struct meter *meter, int64_t ms) {
  meter->memory.clock_ahead = ms - machine_ms();
  meter->memory.clock_set = 1;
}

/* Of the tables that are already valid the one with the highest version is in use: the one that waited is that. */
void promote_table(struct meter *meter) {
  struct memory *m = &meter->memory;
  struct mode_table table;
  if (m->next.length == 0 || !mode_table_read(m->next.bytes, m->next.length, &table)) return;
  if (table.valid_from > clock_now(meter)) return;
  m->in_use = m->next;
  memset(&m->next, 0, sizeof m->next);
}

/* ---- Events and attention ---- */

static int kept_until_acknowledged(const struct memory *m, const uint8_t *row) {
  unsigned kind = row[8];
  int lasting = (kind >= 20 && kind <= 35) || (kind >= 65 && kind <= 67) || kind == 82;
  return m->was_read && get32(row) != 0 && lasting && get32(row) >= m->kept_before;
}

void record_event(struct meter *meter, unsigned kind, unsigned supply, unsigned detail, uint32_t value) {
  struct memory *m = &meter->memory;
  for (unsigned passed = 0; passed < EVENTS_HELD; passed++) {
    uint32_t sequence = m->next_event + passed;
    uint8_t *row = m->events[sequence % EVENTS_HELD];
    if (kept_until_acknowledged(m, row)) continue;
    put32(put16(put8(put8(put32(put32(row, sequence), clock_now(meter)), kind), supply), detail), value);
    m->next_event = sequence + 1;
    return;
  }
}

void call_by(struct meter *meter, unsigned reasons) {
  if ((reasons & ~meter->memory.attention_reasons) || meter->attention_quiet) meter->calls++;
  meter->memory.attention_reasons |= reasons;
  meter->attention_quiet = 0;
}

int meter_calls(const struct meter *meter) { return meter->memory.attention_reasons != 0 && !meter->attention_quiet; }

static void commit(struct meter *meter) {
  if (memcmp(&meter->memory, &meter->committed, sizeof meter->memory) == 0) return;
  memory_commit(meter->path, &meter->memory);
  memcpy(&meter->committed, &meter->memory, sizeof meter->memory);
}

size_t meter_attention(struct meter *meter, uint8_t *out) {
  struct memory *m = &meter->memory;
  const struct key *highest = NULL;
  for (int i = 0; i < KEYS_MAX; i++) {
    const struct key *key = &m->keys[i];
    if (key->held && purpose_of(key->n) == MONITORING && (!highest || key->n > highest->n)) highest = key;
  }
  if (!highest || !meter_calls(meter)) return 0;
  m->attention_counter++;
  commit(meter);
  return attention_frame(m->svpmsn, highest->n, highest->kt, m->attention_reasons, m->attention_counter, out);
}

/* ---- Relay and flags ---- */

static unsigned policy_bits(const struct memory *m) { return m->policy[16]; }

uint32_t low_balance(const struct meter *meter) { return get32(meter->memory.policy + 8); }

void relay_hold(struct meter *meter, unsigned set, unsigned clear) {
  struct memory *m = &meter->memory;
  unsigned before = m->relay_reasons, after = (before & ~clear) | set;
  m->relay_reasons = (uint8_t)after;
  if (!before && after) record_event(meter, RELAY_OPENED, 1, after, 0);
  if (before && !after) record_event(meter, RELAY_CLOSED, 1, before, 0);
}

void balance_changed(struct meter *meter, uint32_t before) {
  uint32_t now = meter->memory.balance, low = low_balance(meter);
  if (before > 0 && now == 0) {
    record_event(meter, LAST_TOKEN, 0, 0, 0);
    call_by(meter, 1u << 7 | 1u << 8);
    relay_hold(meter, NO_CREDIT, 0);
  } else if (before == 0 && now > 0 && (meter->memory.relay_reasons & NO_CREDIT)) {
    relay_hold(meter, policy_bits(&meter->memory) & 4 ? AWAITS_KEY : 0, NO_CREDIT);
  }
  if (before > low && now <= low) {
    record_event(meter, LOW_BALANCE, 0, 0, now);
    call_by(meter, 1u << 6);
  }
}

unsigned flags_of(const struct meter *meter) {
  const struct memory *m = &meter->memory;
  unsigned flags = 0;
  if (m->relay_reasons) flags |= 1u << 0;
  if (m->balance == 0) flags |= 1u << 1 | 1u << 10;
  if (m->relay_reasons & TAMPER) flags |= 1u << 3;
  if (m->relay_reasons & BY_COMMAND) flags |= 1u << 4;
  if (!m->clock_set) flags |= 1u << 7;
  if (m->next_event > m->kept_before) flags |= 1u << 8;
  if (m->balance <= low_balance(meter)) flags |= 1u << 9;
  return flags;
}

uint8_t *put_head(const struct meter *meter, unsigned result, uint8_t *out) {
  return put32(put32(put8(out, result), meter->memory.balance), clock_now(meter));
}

/* ---- What the exchange asks ---- */

static struct key *find_key(struct memory *m, uint8_t n) {
  for (int i = 0; i < KEYS_MAX; i++) {
    if (m->keys[i].held && m->keys[i].n == n) return &m->keys[i];
  }
  return NULL;
}

static const uint8_t *key_of(void *self, uint8_t n) {
  struct memory *m = &((struct meter *)self)->memory;
  const struct key *key = find_key(m, n);
  return key && generation_of(n) >= m->floors[purpose_of(n)][suite_of(n)] ? key->kt : NULL;
}

/* The first right tag under a key brings its floor into force: what is below it does not exist any more. */
static void proved(void *self, uint8_t n) {
  struct meter *meter = self;
  struct memory *m = &meter->memory;
  const struct key *key = find_key(m, n);
  uint8_t *floor = &m->floors[purpose_of(n)][suite_of(n)];
  if (!key || key->floor <= *floor) return;
  *floor = key->floor;
  for (int i = 0; i < KEYS_MAX; i++) {
    struct key *older = &m->keys[i];
    if (older->held && older->n >> 4 == n >> 4 && generation_of(older->n) < *floor) memset(older, 0, sizeof *older);
  }
  commit(meter);
}

static size_t status(void *self, uint8_t n, uint8_t *out) {
  promote_table(self);
  return status_of(self, n, out);
}

static long carry_out(void *self, const struct session *session, const uint8_t *body, size_t length, uint64_t age, uint8_t *answer) {
  struct meter *meter = self;
  long made;
  promote_table(meter);
  if (session->h == KEY_SET_CHANGE) {
    made = key_change(meter, session, body, length, answer);
  } else if (purpose_of(session->n) == VALUE) {
    made = value_command(meter, session, body, length, answer);
  } else if (purpose_of(session->n) == CONTROL) {
    made = control_command(meter, session, body, length, age, answer);
  } else {
    made = monitoring_command(meter, session, body, length, answer);
  }
  commit(meter); /* before anybody hears of it */
  return made;
}

int meter_start(struct meter *meter, const char *path, struct exchange *exchange) {
  memset(meter, 0, sizeof *meter);
  meter->path = path;
  if (!memory_load(path, &meter->memory)) return 0;
  memcpy(&meter->committed, &meter->memory, sizeof meter->memory);
  record_event(meter, POWER_UP, 0, 0, 0);
  commit(meter);
  memset(exchange, 0, sizeof *exchange);
  memcpy(exchange->svpmsn, meter->memory.svpmsn, 3);
  exchange->user = (struct exchange_user){meter, key_of, status, proved, carry_out, random_bytes};
  return 1;
}

int meter_happens(struct meter *meter, const char *word) {
  if (strcmp(word, "cover") == 0) {
    record_event(meter, COVER_OPENED, 0, 0, 0);
    relay_hold(meter, TAMPER, 0);
    call_by(meter, 1u << 1);
  } else if (strcmp(word, "value") == 0) {
    record_event(meter, VALUE_REQUESTED, 0, 0, 0);
    call_by(meter, 1u << 5);
  } else if (strcmp(word, "key") == 0) {
    relay_hold(meter, 0, AWAITS_KEY);
  } else {
    return 0;
  }
  commit(meter);
  return 1;
}

void meter_personalise(const char *path, const uint8_t svpmsn[3], const struct key *keys, size_t count) {
  static struct memory made;
  memset(&made, 0, sizeof made);
  made.magic = MEMORY_MAGIC;
  memcpy(made.svpmsn, svpmsn, 3);
  memcpy(made.keys, keys, count * sizeof *keys);
  made.next_event = made.kept_before = 1;
  made.relay_reasons = NO_CREDIT;
  /* Version 0: lends nothing, no friendly hour, and the shortest warning that a policy can say: 1 s every 1,440 min. */
  uint8_t *at = put32(put32(put32(made.policy, 0), 0), 0);
  at = put8(put16(put8(put16(put16(at, 0xffff), 0xffff), 0), 1440), 1);
  made.policy_length = (uint32_t)(put16(at, 0) - made.policy) + 12;
  memory_commit(path, &made);
}
