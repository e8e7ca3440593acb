#include "mode_table.h"

#include <string.h>
#include <time.h>

#include "bytes.h"

/* A cursor that runs dry instead of over: `left` is below zero once too much was asked for. */
struct cursor {
  const uint8_t *at;
  long left;
};

static const uint8_t *take(struct cursor *c, size_t length) {
  static const uint8_t nothing[5 * 128];
  c->left -= (long)length;
  if (c->left < 0) return nothing;
  const uint8_t *taken = c->at;
  c->at += length;
  return taken;
}

static int between(unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; }

static const uint8_t *day_at(const struct mode_table *t, unsigned index) {
  const uint8_t *day = t->days;
  while (index-- > 0) day += 1 + 2 * day[0];
  return day;
}

/* What is named for the first time must be the next in line: so things stand in the order of their use. */
static int in_order(unsigned index, unsigned *named) {
  if (index > *named) return 0;
  if (index == *named) (*named)++;
  return 1;
}

static int steps_right(const struct mode_table *t) {
  for (unsigned i = 0; i < t->step_count; i++) {
    unsigned percent = get16(t->steps + 2 * i);
    if (percent > 1000 || (i > 0 && percent <= get16(t->steps + 2 * (i - 1)))) return 0;
  }
  return 1;
}

static int seasons_right(const struct mode_table *t) {
  static const uint8_t longest[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned named = 0;
  for (unsigned i = 0; i < t->season_count; i++) {
    const uint8_t *season = t->seasons + 3 * i, *next = t->seasons + 3 * ((i + 1) % t->season_count);
    if (!between(season[0], 1, 12) || !between(season[1], 1, longest[season[0] - 1])) return 0;
    if (i > 0 && get16(season) <= get16(season - 3)) return 0;
    if (t->season_count > 1 && season[2] == next[2]) return 0;
    if (!in_order(season[2], &named)) return 0;
  }
  if (t->season_count == 1 && get16(t->seasons) != 0x0101) return 0;
  return named == t->week_count;
}

static int weeks_right(const struct mode_table *t) {
  unsigned named = 0;
  for (unsigned i = 0; i < t->week_count; i++) {
    for (unsigned j = 0; j < 8; j++) {
      if (!in_order(t->weeks[8 * i + j], &named)) return 0;
    }
    for (unsigned j = 0; j < i; j++) {
      if (memcmp(t->weeks + 8 * i, t->weeks + 8 * j, 8) == 0) return 0;
    }
  }
  return named == t->day_count;
}

static int days_right(const struct mode_table *t) {
  unsigned used = 0;
  for (unsigned i = 0; i < t->day_count; i++) {
    const uint8_t *day = day_at(t, i);
    for (unsigned j = 0; j < day[0]; j++) {
      unsigned minute = get16(day + 1 + 2 * j) >> 4, step = day[2 + 2 * j] & 15u;
      if (step >= t->step_count || minute >= 1440) return 0;
      if (j == 0 && minute != 0) return 0;
      if (j > 0 && (minute <= (unsigned)(get16(day - 1 + 2 * j) >> 4) || step == (day[2 * j] & 15u))) return 0;
      used |= 1u << step;
    }
    for (unsigned j = 0; j < i; j++) {
      const uint8_t *other = day_at(t, j);
      if (other[0] == day[0] && memcmp(other, day, 1 + 2 * (size_t)day[0]) == 0) return 0;
    }
  }
  return used == (1u << t->step_count) - 1;
}

static int offsets_right(const struct mode_table *t) {
  int before = t->first_offset;
  if (before < -64 || before > 64) return 0;
  for (unsigned i = 0; i + 1 < t->offset_count; i++) {
    uint32_t from = get32(t->offsets + 5 * i);
    int offset = (int8_t)t->offsets[5 * i + 4];
    if (from == 0 || from % 60 != 0 || (i > 0 && from <= get32(t->offsets + 5 * (i - 1)))) return 0;
    if (offset < -64 || offset > 64 || offset == before) return 0;
    before = offset;
  }
  return 1;
}

static int holidays_right(const struct mode_table *t) {
  for (unsigned i = 1; i < t->holiday_count; i++) {
    if (get16(t->holidays + 2 * i) <= get16(t->holidays + 2 * (i - 1))) return 0;
  }
  return 1;
}

int mode_table_read(const uint8_t *bytes, size_t length, struct mode_table *t) {
  struct cursor c = {bytes, (long)length};
  if (length > MODE_TABLE_MAX || take(&c, 1)[0] != 1) return 0;
  t->supply = take(&c, 1)[0];
  t->version = get32(take(&c, 4));
  t->valid_from = get32(take(&c, 4));
  const uint8_t *surcharges = take(&c, 8), *lags = take(&c, 3);
  t->step_count = take(&c, 1)[0];
  if (!between(t->supply, 1, 4) || !between(t->step_count, 1, 16)) return 0;
  for (int i = 0; i < 4; i++) {
    if (get16(surcharges + 2 * i) > 1000) return 0;
  }
  if (lags[0] < 1 || lags[1] <= lags[0] || lags[2] <= lags[1] || lags[2] > 90) return 0;
  t->steps = take(&c, 2 * t->step_count);
  t->season_count = take(&c, 1)[0];
  if (!between(t->season_count, 1, 32)) return 0;
  t->seasons = take(&c, 3 * t->season_count);
  t->week_count = take(&c, 1)[0];
  if (!between(t->week_count, 1, 32)) return 0;
  t->weeks = take(&c, 8 * t->week_count);
  t->day_count = take(&c, 1)[0];
  if (!between(t->day_count, 1, 64)) return 0;
  t->days = c.at;
  for (unsigned i = 0; i < t->day_count; i++) {
    unsigned switches = take(&c, 1)[0];
    if (!between(switches, 1, 48)) return 0;
    take(&c, 2 * switches);
  }
  t->offset_count = take(&c, 1)[0];
  if (!between(t->offset_count, 1, 128)) return 0;
  t->first_offset = (int8_t)take(&c, 1)[0];
  t->offsets = take(&c, 5 * (t->offset_count - 1));
  t->holiday_count = take(&c, 1)[0];
  t->holidays = take(&c, 2 * t->holiday_count);
  take(&c, 4); /* the unit charge, any */
  if (c.left != 0) return 0;
  return steps_right(t) && seasons_right(t) && weeks_right(t) && days_right(t) && offsets_right(t) && holidays_right(t);
}

static int is_holiday(const struct mode_table *t, long day) {
  for (unsigned i = 0; i < t->holiday_count; i++) {
    if (get16(t->holidays + 2 * i) == day) return 1;
  }
  return 0;
}

unsigned mode_table_percent(const struct mode_table *t, uint32_t at) {
  int offset = t->first_offset;
  for (unsigned i = 0; i + 1 < t->offset_count; i++) {
    if (at >= get32(t->offsets + 5 * i)) offset = (int8_t)t->offsets[5 * i + 4];
  }
  time_t local = (time_t)at + 900 * offset;
  struct tm civil;
  gmtime_r(&local, &civil);
  long since = (long)(local - (civil.tm_hour * 3600 + civil.tm_min * 60 + civil.tm_sec)) / 86400;

  /* Before the year's first season the last one holds. */
  unsigned date = (unsigned)((civil.tm_mon + 1) << 8 | civil.tm_mday), week = t->seasons[3 * (t->season_count - 1) + 2];
  for (unsigned i = 0; i < t->season_count; i++) {
    if (get16(t->seasons + 3 * i) <= date) week = t->seasons[3 * i + 2];
  }
  unsigned weekday = is_holiday(t, since) ? 7 : (unsigned)(civil.tm_wday + 6) % 7;
  const uint8_t *day = day_at(t, t->weeks[8 * week + weekday]);
  unsigned minute = (unsigned)(civil.tm_hour * 60 + civil.tm_min), step = 0;
  for (unsigned i = 0; i < day[0]; i++) {
    unsigned change = get16(day + 1 + 2 * i);
    if (change >> 4 <= minute) step = change & 15;
  }
  return get16(t->steps + 2 * step);
}
