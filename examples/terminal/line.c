#include "line.h"

#include <string.h>

#include "bytes.h"

enum {
  REQUEST = 0x00,
  NEXT_PART = 0x08,
  ATTENTION_REQUEST = 0x10,
  SLOT_OPEN = 0x40,
  ROLL_CALL = 0x48,
  ANSWER = 0x80,
  ACKNOWLEDGE = 0x90,
  BID = 0xa0,
  ATTENTION_ANSWER = 0xa8,
  CALLS = 4 /* bit 2 of an answer: an attention waits */
};

/* CRC-16/X.25: bits from the lowest, 0x8408, begun and ended with ones. */
static unsigned crc(const uint8_t *bytes, size_t length) {
  unsigned sum = 0xffff;
  for (size_t i = 0; i < length; i++) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >> 1 ^ 0x8408 : sum >> 1;
  }
  return sum ^ 0xffff;
}

static size_t put_frame(const struct modem *modem, unsigned control, const uint8_t *payload, size_t length, uint8_t *out) {
  uint8_t *at = put8(put8(put8(put8(out, 0x7e), modem->address), control), (unsigned)length);
  if (length > 0) memcpy(at, payload, length);
  put16(at + length, crc(out + 1, 3 + length));
  return 4 + length + 2;
}

static size_t answer_request(struct modem *modem, unsigned control, unsigned check, const uint8_t *payload, size_t length,
                             uint64_t now, uint8_t *out) {
  uint8_t said[FRAME_MAX];
  size_t saying = 0;
  if (modem->answered && modem->control == control && modem->check == check) {
    memcpy(out, modem->answer, modem->answer_length);
    return modem->answer_length;
  }
  if ((control & ~3u) == REQUEST) {
    /* With another number it came over from the next transformer: as if it had not come. */
    if (!exchange_concerns(modem->exchange, payload, length)) return 0;
    saying = exchange_hear(modem->exchange, payload, length, now, said);
  }
  unsigned kind = saying > 0 ? ANSWER : ACKNOWLEDGE, calls = meter_calls(modem->meter) ? CALLS : 0;
  size_t sent = put_frame(modem, kind | calls | (control & 3), said, saying, out);
  modem->answered = 1;
  modem->control = (uint8_t)control;
  modem->check = check;
  memcpy(modem->answer, out, sent);
  modem->answer_length = sent;
  return sent;
}

static size_t answer_attention(struct modem *modem, uint8_t *out) {
  static const unsigned keeps_out[] = {0, 1, 3, 7, 15};
  if (!meter_calls(modem->meter)) return put_frame(modem, ATTENTION_ANSWER, NULL, 0, out);
  /* The same frame again while nothing new happened: the local unit knows it by its counter. */
  if (modem->call_length == 0 || modem->call_of != modem->meter->calls) {
    modem->call_length = meter_attention(modem->meter, modem->call);
    modem->call_of = modem->meter->calls;
    modem->fetched = 0;
  }
  size_t sent = put_frame(modem, ATTENTION_ANSWER, modem->call, modem->call_length, out);
  modem->call_check = get16(out + sent - 2);
  modem->keeps_out = keeps_out[modem->fetched];
  if (modem->fetched < 4) modem->fetched++;
  return sent;
}

static size_t answer_slot(struct modem *modem, int my_turn, const uint8_t *named, size_t length, uint8_t *out) {
  for (size_t i = 0; i + 1 < length; i += 2) {
    if (modem->call_length == 0 || get16(named + i) != modem->call_check) continue;
    modem->meter->attention_quiet = modem->call_of == modem->meter->calls;
    modem->call_length = 0;
  }
  if (!meter_calls(modem->meter) || !my_turn) return 0;
  if (modem->keeps_out > 0) {
    modem->keeps_out--;
    return 0;
  }
  /* On a shared wire: draw minislot j of them and wait for it. Here nobody else is on the connection. */
  return put_frame(modem, BID, NULL, 0, out);
}

size_t line_hear(struct modem *modem, const uint8_t *bytes, size_t length, uint64_t now, uint8_t out[LINE_FRAME_MAX]) {
  if (length < 6 || bytes[0] != 0x7e || length != 6u + bytes[3]) return 0;
  unsigned check = get16(bytes + length - 2), address = bytes[1], control = bytes[2];
  const uint8_t *payload = bytes + 4;
  size_t size = bytes[3];
  if (crc(bytes + 1, length - 3) != check) return 0;
  if (control == SLOT_OPEN || control == ROLL_CALL) {
    if (size < 1 || size % 2 == 0 || (control == SLOT_OPEN && address != 0)) return 0;
    unsigned from = control == SLOT_OPEN ? modem->address : address; /* a slot is everybody's, a call of so many from one on */
    int my_turn = modem->address >= from && modem->address < from + payload[0];
    return answer_slot(modem, my_turn, payload + 1, size - 1, out);
  }
  if (address != modem->address) return 0;
  if (control == ATTENTION_REQUEST) return size == 0 ? answer_attention(modem, out) : 0;
  if ((control & ~3u) == REQUEST) return answer_request(modem, control, check, payload, size, now, out);
  if ((control & ~3u) == NEXT_PART && size == 0) return answer_request(modem, control, check, payload, 0, now, out);
  return 0;
}
