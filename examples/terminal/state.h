/* What the commands share: results, clock, flags, relay, events, attention. */
#ifndef STATE_H
#define STATE_H

#include "meter.h"

enum {
  DONE,
  ALREADY_DONE,
  GAP,
  FULL,
  VOIDED,
  FROZEN,
  REFUSED_BY_POLICY,
  NOT_UNDERSTOOD,
  CLOCK_COULD_MISS,
  CROSSES_TARIFF_EDGE,
  NOT_NEWER,
  BELOW_FLOOR,
  NOT_HELD,
  SLEW_SPENT,
  NO_SUCH_SUPPLY,
  ANOTHER_REASON_HOLDS,
  KEY_DOES_NOT_OPEN,
  CLOCK_NEVER_SET
};

enum { NO_CREDIT = 1, OVER_CURRENT = 2, TAMPER = 4, BY_COMMAND = 8, LOAD_LIMIT = 16, AWAITS_KEY = 32, LEAK = 64 };

enum {
  RELAY_OPENED = 1,
  RELAY_CLOSED = 2,
  LOW_BALANCE = 3,
  LAST_TOKEN = 4,
  CREDIT_STORED = 5,
  CREDIT_VOIDED = 6,
  PURSE_CLOSED = 10,
  VALUE_REFUSED = 11,
  COVER_OPENED = 20,
  POWER_UP = 46,
  CLOCK_WAS_SET = 60,
  CLOCK_SLEWED = 61,
  TABLE_CHANGED = 62,
  POLICY_CHANGED = 63,
  KEY_CHANGED = 64,
  VALUE_REQUESTED = 83
};

uint32_t clock_now(const struct meter *meter); /* Unix seconds, 0 while it is not set */
int64_t clock_ms(const struct meter *meter);
void clock_put(struct meter *meter, int64_t ms);

unsigned flags_of(const struct meter *meter);
uint32_t low_balance(const struct meter *meter);
void record_event(struct meter *meter, unsigned kind, unsigned supply, unsigned detail, uint32_t value);
void call_by(struct meter *meter, unsigned reasons);
void relay_hold(struct meter *meter, unsigned set, unsigned clear);
void balance_changed(struct meter *meter, uint32_t before);
void promote_table(struct meter *meter);

uint8_t *put_head(const struct meter *meter, unsigned result, uint8_t *out);

/* Commands: each gives the length of its answer, value -1 for none. */
long value_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer);
long control_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint64_t age, uint8_t *answer);
long monitoring_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer);
long key_change(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer);

size_t status_of(struct meter *meter, uint8_t n, uint8_t *out);

#endif
