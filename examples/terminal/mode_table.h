/* docs/protocol.md, "The mode table". */
#ifndef MODE_TABLE_H
#define MODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { MODE_TABLE_MAX = 800 };

/* Where the parts of a table begin in its bytes. */
struct mode_table {
  unsigned supply;
  uint32_t version, valid_from;
  const uint8_t *steps, *seasons, *weeks, *days, *offsets, *holidays;
  unsigned step_count, season_count, week_count, day_count, offset_count, holiday_count;
  int first_offset;
};

/* Reads a table, and refuses every byte string that is not the one encoding of one. Gives 0 for such. */
int mode_table_read(const uint8_t *bytes, size_t length, struct mode_table *table);

/* The percentage that holds at this instant, in Unix seconds. */
unsigned mode_table_percent(const struct mode_table *table, uint32_t at);

#endif
