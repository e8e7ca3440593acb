/* What a terminal must not lose, and the one way to change it. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "mode_table.h"

enum { KEYS_MAX = 16, RECEIPTS = 16, EVENTS_HELD = 32, POLICY_MAX = 22 + 4 * 12 };

struct key {
  uint8_t held, n, floor, kt[32]; /* the floor comes into force with the key */
};

struct receipt {
  uint32_t tc, amount;
  uint8_t txid[8];
  uint8_t result; /* what a later question is told: 1 already done, 3 full, 4 voided */
};

struct stored_table {
  uint32_t length; /* 0: none */
  uint8_t bytes[MODE_TABLE_MAX];
};

/* Fixed widths, no pointers: it lies in the file as it lies in the memory of this machine. */
struct memory {
  uint32_t magic;
  uint8_t svpmsn[3];
  struct key keys[KEYS_MAX];
  uint8_t floors[4][4]; /* by purpose and suite */

  uint32_t last_tc, balance;
  uint64_t credited;
  struct receipt receipts[RECEIPTS]; /* that of a TC in row TC mod 16 */

  uint8_t clock_set;
  int64_t clock_ahead; /* ms that the clock is ahead of the one of this machine */
  int64_t slew_day;
  uint32_t slew_spent;

  struct stored_table in_use, next;
  uint32_t policy_length;
  uint8_t policy[POLICY_MAX];
  uint8_t relay_reasons;
  uint32_t epoch;

  uint8_t events[EVENTS_HELD][16]; /* sequence s in row s mod 32 */
  uint32_t next_event, kept_before;
  uint8_t was_read; /* over its line, ever */
  uint32_t attention_counter;
  uint32_t attention_reasons;
};

enum { MEMORY_MAGIC = 0x57545431 };

/* Reads the memory of a file. Gives 0 and prints a sentence where it is none. */
int memory_load(const char *path, struct memory *memory);

/* One commit: after a cut at any instant the file holds the old memory or this one. It is read back before it counts. */
void memory_commit(const char *path, const struct memory *memory);

#endif
