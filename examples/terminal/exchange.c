#include "exchange.h"

#include <string.h>

#include "bytes.h"
#include "crypto.h"

enum { GUARD_MS = 5000, FIRST_DELAY_MS = 250, LONGEST_DELAY_MS = 60000 };

static int is_aes(uint8_t n) { return suite_of(n) >= SUITE_AES128; }

static int command_known(uint8_t h) {
  return (h >= VALUE_STORE && h <= CLOSE_PURSE) || h == CARD_VALUE || (h >= MODE_TABLE && h <= PAYMENT_CARD) || h == KEY_SET_CHANGE ||
         (h >= USE_READ && h <= EVENTS);
}

static int command_of_purpose(uint8_t h, unsigned purpose) {
  if (h == KEY_SET_CHANGE) return 1;
  switch (purpose) {
    case VALUE: return h >= VALUE_STORE && h <= CARD_VALUE;
    case CONTROL: return h >= MODE_TABLE && h < KEY_SET_CHANGE;
    case MONITORING: return h >= USE_READ && h <= EVENTS;
    default: return 0;
  }
}

/* Long bodies travel in parts even when they would fit into one frame. */
static int long_command(uint8_t h) { return h == MODE_TABLE; }
static int long_answer(uint8_t h) { return h == USE_READ || h == EVENTS || h == PAYMENT_CARD; }
/* In suite 1 the bodies of 0x10 to 0x13 have a fixed size and no length in front. */
static int fixed_size(uint8_t h) { return h >= VALUE_STORE && h <= CLOSE_PURSE; }

static void put_header(uint8_t *frame, unsigned message, uint8_t h, uint8_t n, const uint8_t svpmsn[3], size_t body) {
  frame[0] = (uint8_t)(0x10 | message);
  frame[1] = h;
  frame[2] = n;
  memcpy(frame + 3, svpmsn, 3);
  frame[6] = (uint8_t)body;
}

static size_t refuse(const uint8_t *heard, unsigned reason, uint8_t *answer) {
  put_header(answer, REFUSAL, heard[1], heard[2], heard + 3, 1);
  answer[7] = (uint8_t)reason;
  return 8;
}

static size_t say(const struct frame *frame, uint8_t *answer) {
  memcpy(answer, frame->bytes, frame->length);
  return frame->length;
}

static int is_frame(const struct frame *frame, const uint8_t *bytes, size_t length) {
  return frame->length == length && memcmp(frame->bytes, bytes, length) == 0;
}

/* ---- Suites 2 and 3 ---- */

static void session_key(const struct session *s, const char *label, uint8_t *out) {
  kdf(s->kt, key_length(s->n), label, s->context, sizeof s->context, out);
}

/* The transcript in front of what is sealed, then the header (with Nm, or index and count) of the frame itself. */
static size_t associated(const struct session *s, unsigned message, const uint8_t *frame, size_t head, uint8_t *out) {
  uint8_t *at = out;
  memcpy(at, s->first.bytes, s->first.length), at += s->first.length;
  if (message >= M3) memcpy(at, s->second.bytes, s->second.length), at += s->second.length;
  if (message >= M4) {
    for (unsigned i = 0; i < s->count; i++) memcpy(at, s->third[i].bytes, s->third[i].length), at += s->third[i].length;
  }
  memcpy(at, frame, head), at += head;
  return (size_t)(at - out);
}

static void aes_seal(const struct session *s, unsigned message, unsigned index, const char *label, uint8_t *frame, size_t head,
                     const uint8_t *plain, size_t length) {
  static uint8_t data[(3 + PARTS_MAX) * FRAME_MAX];
  uint8_t key[32], nonce[13] = {(uint8_t)message, [12] = (uint8_t)index};
  session_key(s, label, key);
  ccm_seal(key, key_length(s->n), nonce, data, associated(s, message, frame, head, data), plain, length, frame + head);
}

static int aes_open_third(const struct session *s, unsigned index, const uint8_t *frame, size_t head, size_t length, uint8_t *plain) {
  uint8_t data[3 * FRAME_MAX], key[32], nonce[13] = {M3, [12] = (uint8_t)index};
  session_key(s, "SH2M", key);
  return ccm_open(key, key_length(s->n), nonce, data, associated(s, M3, frame, head, data), frame + head, length - head, plain);
}

/* ---- Suite 1 ---- */

static void c_of(unsigned i, uint8_t out[16]) {
  memset(out, (int)i, 8);
  memset(out + 8, (int)(i ^ 0xff), 8);
}

static int halves_equal(const uint8_t *key, uint8_t mask, uint8_t flip) {
  unsigned difference = 0;
  for (int i = 0; i < 8; i++) difference |= (unsigned)((key[i] ^ key[8 + i] ^ flip) & mask);
  return difference == 0;
}

/* Ks, Ks2 and what is made of them. Gives 0 where R1 or one of them is weak. R1 is in the body of M1. */
static int xo_keys(struct session *s, uint8_t k1[16]) {
  uint8_t ks[16], ks2[16], mixed[16], c[16];
  const uint8_t *r1 = s->first.bytes + 7;
  if (halves_equal(r1, 0xff, 0) || halves_equal(r1, 0xff, 0xff)) return 0;
  des_encrypt(s->kt, r1, 16, ks);
  for (int i = 0; i < 8; i++) {
    mixed[i] = r1[i] ^ s->r3[i];
    mixed[8 + i] = (uint8_t)(r1[8 + i] ^ ~s->r3[i]);
  }
  des_encrypt(s->kt, mixed, 16, ks2);
  if (halves_equal(ks, 0xfe, 0) || halves_equal(ks2, 0xfe, 0)) return 0;
  c_of(1, c), des_encrypt(ks, c, 16, k1);
  c_of(2, c), des_encrypt(ks2, c, 16, s->k23);
  c_of(3, c), des_encrypt(ks2, c, 16, s->ke);
  return 1;
}

static void xo_sign(const struct session *s, const uint8_t *frame, const uint8_t *data, size_t length, uint8_t tag[8]) {
  uint8_t input[1 + 6 + 8 + 255];
  input[0] = (uint8_t)(6 + 8 + length);
  memcpy(input + 1, frame, 6);
  memcpy(input + 7, s->r3, 8);
  memcpy(input + 15, data, length);
  cbc_mac(s->k23, input, 15 + length, tag);
}

static size_t xo_padded(int fixed, size_t length) { return ((fixed ? 0 : 1) + length + 7) / 8 * 8; }

static void xo_encrypt(const struct session *s, int fixed, const uint8_t *plain, size_t length, uint8_t *out) {
  uint8_t padded[256] = {(uint8_t)length};
  memcpy(padded + (fixed ? 0 : 1), plain, length);
  des_encrypt(s->ke, padded, xo_padded(fixed, length), out);
}

/* Gives the length of the body, -1 for a fixed one of another size, -2 for what nobody can have sealed. */
static long xo_decrypt(const struct session *s, int fixed, const uint8_t *data, size_t length, uint8_t *out) {
  uint8_t padded[256];
  if (length % 8 != 0 || length > 248 || length == 0) return -2;
  if (fixed && length != 16) return -1;
  des_decrypt(s->ke, data, length, padded);
  if (fixed) {
    memcpy(out, padded, 16);
    return 16;
  }
  size_t body = padded[0];
  if (xo_padded(0, body) != length) return -2;
  for (size_t i = 1 + body; i < length; i++) {
    if (padded[i] != 0) return -2;
  }
  memcpy(out, padded + 1, body);
  return (long)body;
}

/* ---- M1 ---- */

static size_t hear_first(struct exchange *x, const uint8_t *frame, size_t length, uint64_t now, uint8_t *answer) {
  struct session *s = &x->session;
  uint8_t h = frame[1], n = frame[2];
  if (s->state != NO_SESSION && is_frame(&s->first, frame, length)) {
    return s->state == AWAITS_COMMAND && s->taken == 0 ? say(&s->second, answer) : 0;
  }
  if (suite_of(n) == SUITE_3DES) return refuse(frame, SUITE_NOT_SERVED, answer);
  if (!command_of_purpose(h, purpose_of(n))) return refuse(frame, COMMAND_OUTSIDE_PURPOSE, answer);
  const uint8_t *kt = x->user.key(x->user.self, n);
  if (!kt) return refuse(frame, KEY_UNKNOWN, answer);
  if (now < x->slowed_until) return refuse(frame, SLOWED_DOWN, answer);
  int guarded = s->state == AWAITS_COMMAND && purpose_of(s->n) == VALUE && now - s->last_at < GUARD_MS;
  if (guarded && purpose_of(n) != VALUE) return refuse(frame, BUSY, answer);
  if (length != 7 + (is_aes(n) ? 16u : 24u)) return refuse(frame, BODY_WRONG, answer);

  /* The new session is made beside the old one, which stays when R1 turns out to be weak. */
  static struct session made;
  memset(&made, 0, sizeof made);
  made.state = AWAITS_COMMAND;
  made.h = h;
  made.n = n;
  memcpy(made.kt, kt, key_length(n));
  memcpy(made.first.bytes, frame, length);
  made.first.length = length;
  made.second_at = made.last_at = now;

  uint8_t *second = made.second.bytes;
  if (is_aes(n)) {
    uint8_t status[STATUS_MAX];
    size_t held = x->user.status(x->user.self, n, status);
    put_header(second, M2, h, n, x->svpmsn, 16 + held + 8);
    x->user.random(second + 7, 16);
    memcpy(made.context, frame + 7, 16);
    memcpy(made.context + 16, second + 7, 16);
    memcpy(made.context + 32, x->svpmsn, 3);
    made.context[35] = n;
    made.context[36] = h;
    aes_seal(&made, M2, 0, "SAUT", second, 7 + 16, status, held);
    made.second.length = 7 + 16 + held + 8;
  } else {
    uint8_t k1[16], signed_bytes[16];
    x->user.random(made.r3, 8);
    if (!xo_keys(&made, k1)) return refuse(frame, RANDOM_WEAK, answer);
    put_header(second, M2, h, n, x->svpmsn, 16);
    memcpy(signed_bytes, frame + 7 + 16, 8); /* R2 | R3 */
    memcpy(signed_bytes + 8, made.r3, 8);
    cbc_mac(k1, signed_bytes, 16, second + 7);
    memcpy(second + 7 + 8, made.r3, 8);
    made.second.length = 7 + 16;
  }
  *s = made;
  return say(&s->second, answer);
}

/* ---- M4 ---- */

static void seal_answer(struct exchange *x, const uint8_t *plain, size_t length, int part, unsigned index, unsigned count) {
  struct session *s = &x->session;
  struct frame *out = &s->fourth[index];
  uint8_t *frame = out->bytes;
  size_t head = part ? 7 + 2 : 7;
  frame[7] = (uint8_t)index; /* overwritten where there are no parts */
  frame[8] = (uint8_t)count;
  if (is_aes(s->n)) {
    put_header(frame, M4, s->h, s->n, x->svpmsn, head - 7 + length + 8);
    aes_seal(s, M4, part ? index : 0, "SM2H", frame, head, plain, length);
    out->length = head + length + 8;
    return;
  }
  int fixed = fixed_size(s->h);
  size_t coded = xo_padded(fixed, length);
  put_header(frame, M4, s->h, s->n, x->svpmsn, head - 7 + coded + 8);
  if (part) { /* index | count | ciphertext | tag */
    xo_encrypt(s, fixed, plain, length, frame + 9);
    xo_sign(s, frame, frame + 7, 2 + coded, frame + 9 + coded);
  } else { /* tag | ciphertext */
    xo_encrypt(s, fixed, plain, length, frame + 15);
    xo_sign(s, frame, frame + 15, coded, frame + 7);
  }
  out->length = head + coded + 8;
}

static void make_answer(struct exchange *x, const uint8_t *answer, size_t length) {
  struct session *s = &x->session;
  if (!long_answer(s->h)) {
    seal_answer(x, answer, length, 0, 0, 0);
    s->answers = 1;
    return;
  }
  size_t chunk = is_aes(s->n) ? CHUNK_MAX : CHUNK_MAX - 1;
  unsigned count = length == 0 ? 1 : (unsigned)((length + chunk - 1) / chunk);
  for (unsigned i = 0; i < count; i++) {
    size_t rest = length - i * chunk;
    seal_answer(x, answer + i * chunk, rest < chunk ? rest : chunk, 1, i, count);
  }
  s->answers = count;
}

/* ---- M3 ---- */

static size_t tag_wrong(struct exchange *x, const uint8_t *frame, uint64_t now, uint8_t *answer) {
  uint64_t delay = x->wrong_tags < 8 ? (uint64_t)FIRST_DELAY_MS << x->wrong_tags : LONGEST_DELAY_MS;
  x->wrong_tags++;
  x->slowed_until = now + (delay < LONGEST_DELAY_MS ? delay : LONGEST_DELAY_MS);
  memset(&x->session, 0, sizeof x->session);
  return refuse(frame, TAG_WRONG, answer);
}

/* Opens one frame of M3 to `plain`. Gives its length, -1 when the tag was right and the body none, -2 for a wrong tag. */
static long open_third(const struct session *s, const uint8_t *frame, size_t length, int part, uint8_t *plain) {
  size_t head = part ? 9 : 7;
  unsigned index = part ? frame[7] : 0;
  if (length < head + 8) return -2;
  if (is_aes(s->n)) return aes_open_third(s, index, frame, head, length, plain) ? (long)(length - head - 8) : -2;
  uint8_t tag[8];
  size_t coded = length - head - 8;
  const uint8_t *data = part ? frame + 9 : frame + 15;
  const uint8_t *its = part ? frame + length - 8 : frame + 7;
  xo_sign(s, frame, part ? frame + 7 : data, part ? 2 + coded : coded, tag);
  if (!same(tag, its, 8)) return -2;
  return xo_decrypt(s, fixed_size(s->h), data, coded, plain);
}

static size_t hear_third(struct exchange *x, const uint8_t *frame, size_t length, uint64_t now, uint8_t *answer) {
  struct session *s = &x->session;
  static uint8_t command[COMMAND_MAX];
  uint8_t reply[ANSWER_MAX];
  if (s->state == NO_SESSION || s->h != frame[1] || s->n != frame[2]) return refuse(frame, SESSION_UNKNOWN, answer);
  if (s->state == BURNT) {
    for (unsigned i = 0; i < s->count; i++) {
      if (is_frame(&s->third[i], frame, length)) return s->answers ? say(&s->fourth[0], answer) : 0;
    }
    return refuse(frame, SESSION_UNKNOWN, answer);
  }

  int part = long_command(s->h);
  unsigned index = 0, count = 1;
  if (part) {
    if (length < 9) return tag_wrong(x, frame, now, answer);
    index = frame[7];
    count = frame[8];
    if (index >= count || (s->taken > 0 && count != s->count)) return tag_wrong(x, frame, now, answer);
    if (s->third[index].length > 0) {
      return is_frame(&s->third[index], frame, length) ? 0 : tag_wrong(x, frame, now, answer);
    }
  }
  long opened = open_third(s, frame, length, part, s->command + (size_t)index * CHUNK_MAX);
  if (opened == -2) return tag_wrong(x, frame, now, answer);
  int understood = opened >= 0;
  memcpy(s->third[index].bytes, frame, length);
  s->third[index].length = length;
  s->chunk[index] = understood ? (size_t)opened : SIZE_MAX;
  s->count = count;
  s->last_at = now;
  if (++s->taken < count) return 0;

  /* Burnt before anything is applied: no other M3 can be taken in this session. */
  s->state = BURNT;
  x->wrong_tags = 0;
  x->user.proved(x->user.self, s->n);
  size_t whole = 0;
  for (unsigned i = 0; i < count; i++) {
    if (s->chunk[i] == SIZE_MAX) understood = 0;
    if (!understood) break;
    memcpy(command + whole, s->command + (size_t)i * CHUNK_MAX, s->chunk[i]);
    whole += s->chunk[i];
  }
  long made = x->user.carry_out(x->user.self, s, understood ? command : NULL, understood ? whole : 0, now - s->second_at, reply);
  if (made < 0) return 0;
  make_answer(x, reply, (size_t)made);
  return say(&s->fourth[0], answer);
}

/* ---- */

static size_t hear_refusal(struct exchange *x, const uint8_t *frame, size_t length, uint8_t *answer) {
  const struct session *s = &x->session;
  int wanted = length == 9 && frame[7] == PART_MISSING && s->state == BURNT && s->h == frame[1] && s->n == frame[2];
  return wanted && frame[8] < s->answers ? say(&s->fourth[frame[8]], answer) : 0;
}

int exchange_concerns(const struct exchange *x, const uint8_t *frame, size_t length) {
  return length >= 7 && length == 7u + frame[6] && frame[0] >= 0x11 && frame[0] <= 0x16 && command_known(frame[1]) &&
         memcmp(frame + 3, x->svpmsn, 3) == 0;
}

size_t exchange_hear(struct exchange *x, const uint8_t *frame, size_t length, uint64_t now, uint8_t answer[FRAME_MAX]) {
  if (!exchange_concerns(x, frame, length)) return 0;
  unsigned message = frame[0] & 15;
  if (frame[1] == CARD_VALUE && purpose_of(frame[2]) == VALUE) { /* "A meter as a pipe": this one has no slot. */
    return message == M1 || message == M3 ? refuse(frame, NO_CARD, answer) : 0;
  }
  switch (message) {
    case M1: return hear_first(x, frame, length, now, answer);
    case M3: return hear_third(x, frame, length, now, answer);
    case REFUSAL: return hear_refusal(x, frame, length, answer);
    default: return 0;
  }
}

int exchange_unwrap(const struct session *s, const uint8_t *wrapped, size_t length, uint8_t *kt) {
  uint8_t kw[32];
  if (!is_aes(s->n)) {
    memcpy(kt, wrapped, length);
    return 1;
  }
  session_key(s, "SWRP", kw);
  return unwrap_key(kw, key_length(s->n), wrapped, length, kt);
}

size_t attention_frame(const uint8_t svpmsn[3], uint8_t n, const uint8_t *kt, unsigned reasons, uint32_t counter, uint8_t *out) {
  uint8_t key[32], tag[16];
  put_header(out, ATTENTION, EVENTS, n, svpmsn, 14);
  put32(put16(out + 7, reasons), counter);
  if (is_aes(n)) {
    uint8_t context[4] = {n, svpmsn[0], svpmsn[1], svpmsn[2]};
    kdf(kt, key_length(n), "ATTN", context, 4, key);
    cmac(key, key_length(n), out, 13, tag);
  } else {
    uint8_t c[16], input[14] = {13};
    c_of(4, c);
    des_encrypt(kt, c, 16, key);
    memcpy(input + 1, out, 13);
    cbc_mac(key, input, 14, tag);
  }
  memcpy(out + 13, tag, 8);
  return 21;
}
