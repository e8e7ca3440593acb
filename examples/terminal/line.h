/* The modem: docs/protocol.md, "The line". */
#ifndef LINE_H
#define LINE_H

#include "exchange.h"
#include "meter.h"

enum { LINE_FRAME_MAX = 4 + 255 + 2 };

struct modem {
  uint8_t address;
  struct meter *meter;
  struct exchange *exchange;
  /* The request answered last, so that a repetition is not passed to the meter. */
  int answered;
  uint8_t control;
  unsigned check;
  uint8_t answer[LINE_FRAME_MAX];
  size_t answer_length;
  /* The attention fetched last, until a slot frame names it. */
  uint8_t call[FRAME_MAX];
  size_t call_length;
  unsigned call_of; /* the meter's calls that it tells */
  unsigned call_check, fetched, keeps_out;
};

/* Hears one frame of the line at `now`, in ms. Gives the length of what is to be sent, 0 for silence. */
size_t line_hear(struct modem *modem, const uint8_t *bytes, size_t length, uint64_t now, uint8_t out[LINE_FRAME_MAX]);

#endif
