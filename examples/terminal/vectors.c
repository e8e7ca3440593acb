/* Plays recorded exchanges against exchange.c, and nothing but exchange.c. On its input, one exchange a line, all in
 * hexadecimal digits, "-" for nothing:
 *
 *   svpmsn n KT draw status command answer M1 M2 M3[,M3…] M4[,M4…]
 *
 * or an attention: "attention svpmsn n KT reasons counter frame", or a table: "table bytes right|wrong", or what a table
 * says: "percent bytes seconds percent" in decimal numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "exchange.h"
#include "mode_table.h"

static uint8_t kt[32], draw[16], status_bytes[STATUS_MAX], answer_bytes[ANSWER_MAX], expected[COMMAND_MAX];
static size_t status_length, answer_length, expected_length;
static int carried_out;

static size_t unhex(const char *text, uint8_t *out) {
  size_t length = 0;
  if (*text == '-') return 0;
  for (unsigned byte; sscanf(text + 2 * length, "%2x", &byte) == 1 && text[2 * length] != ','; length++) out[length] = (uint8_t)byte;
  return length;
}

static const uint8_t *its_key(void *self, uint8_t n) {
  (void)self, (void)n;
  return kt;
}
static size_t its_status(void *self, uint8_t n, uint8_t *out) {
  (void)self, (void)n;
  memcpy(out, status_bytes, status_length);
  return status_length;
}
static void its_floor(void *self, uint8_t n) { (void)self, (void)n; }
static void its_draw(uint8_t *out, size_t length) { memcpy(out, draw, length); }
static long its_answer(void *self, const struct session *session, const uint8_t *body, size_t length, uint64_t age, uint8_t *out) {
  (void)self, (void)session, (void)age;
  carried_out = body != NULL && length == expected_length && memcmp(body, expected, length) == 0;
  memcpy(out, answer_bytes, answer_length);
  return (long)answer_length;
}

/* Gives the frame at `text`, and where the next one begins, or NULL. */
static const char *next_frame(const char *text, uint8_t *frame, size_t *length) {
  *length = unhex(text, frame);
  const char *comma = strchr(text, ',');
  return comma ? comma + 1 : NULL;
}

static const char *play(char *const *field) {
  static struct exchange x;
  uint8_t heard[FRAME_MAX], said[FRAME_MAX], due[FRAME_MAX], n;
  size_t length, saying, owed;
  memset(&x, 0, sizeof x);
  unhex(field[0], x.svpmsn), unhex(field[1], &n), unhex(field[2], kt), unhex(field[3], draw);
  status_length = unhex(field[4], status_bytes);
  expected_length = unhex(field[5], expected);
  answer_length = unhex(field[6], answer_bytes);
  x.user = (struct exchange_user){NULL, its_key, its_status, its_floor, its_answer, its_draw};
  carried_out = 0;

  length = unhex(field[7], heard);
  saying = exchange_hear(&x, heard, length, 0, said);
  owed = unhex(field[8], due);
  if (saying != owed || memcmp(said, due, owed) != 0) return "M2 differs";
  for (const char *third = field[9]; third;) {
    third = next_frame(third, heard, &length);
    saying = exchange_hear(&x, heard, length, 0, said);
    if (third && saying != 0) return "a part was answered before all were there";
  }
  if (!carried_out) return "the command is not the one that was sent";
  uint8_t part = 0;
  for (const char *fourth = field[10]; fourth; part++) {
    fourth = next_frame(fourth, due, &owed);
    if (part > 0) {
      uint8_t fetch[9] = {0x15, heard[1], n, heard[3], heard[4], heard[5], 2, PART_MISSING, part};
      saying = exchange_hear(&x, fetch, sizeof fetch, 0, said);
    }
    if (saying != owed || memcmp(said, due, owed) != 0) return "M4 differs";
  }
  return NULL;
}

static const char *play_attention(char *const *field) {
  uint8_t svpmsn[3], n, made[FRAME_MAX], due[FRAME_MAX], reasons[2], counter[4];
  unhex(field[1], svpmsn), unhex(field[2], &n), unhex(field[3], kt), unhex(field[4], reasons), unhex(field[5], counter);
  size_t owed = unhex(field[6], due), length = attention_frame(svpmsn, n, kt, get16(reasons), get32(counter), made);
  return length == owed && memcmp(made, due, owed) == 0 ? NULL : "the attention differs";
}

static const char *play_table(char *const *field, int percent) {
  static uint8_t bytes[COMMAND_MAX];
  struct mode_table table;
  size_t length = unhex(field[1], bytes);
  if (!percent) return mode_table_read(bytes, length, &table) == (strcmp(field[2], "right") == 0) ? NULL : "read wrongly";
  if (!mode_table_read(bytes, length, &table)) return "not read";
  return mode_table_percent(&table, (uint32_t)strtoul(field[2], NULL, 10)) == strtoul(field[3], NULL, 10) ? NULL : "another percentage";
}

int main(void) {
  static char line[1 << 20];
  unsigned played = 0, wrong = 0;
  while (fgets(line, sizeof line, stdin)) {
    char *field[11] = {0};
    int count = 0;
    for (char *word = strtok(line, " \n"); word && count < 11; word = strtok(NULL, " \n")) field[count++] = word;
    const char *fault = "not a line of these";
    if (count == 11) fault = play(field);
    if (count == 7 && strcmp(field[0], "attention") == 0) fault = play_attention(field);
    if (count == 3 && strcmp(field[0], "table") == 0) fault = play_table(field, 0);
    if (count == 4 && strcmp(field[0], "percent") == 0) fault = play_table(field, 1);
    played++;
    if (fault) printf("line %u: %s\n", played, fault), wrong++;
  }
  printf("%u played, %u wrong\n", played, wrong);
  return wrong > 0;
}
