/* The terminal's side of an exchange: docs/protocol.md, "Frames" to "Suite 1".
 *
 * It knows frames, sessions and seals, and nothing of what commands mean. Keys, status and the commands themselves are
 * asked of its user. One frame comes in, at most one goes out.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

enum { M1 = 1, M2, M3, M4, REFUSAL, ATTENTION };
enum { VALUE, CONTROL, MONITORING, MAINTENANCE };
enum { SUITE_3DES, SUITE_3DES_XO, SUITE_AES128, SUITE_AES256 };
enum {
  VALUE_STORE = 0x10,
  VOID_CREDIT = 0x11,
  RECEIPT_QUERY = 0x12,
  CLOSE_PURSE = 0x13,
  CARD_VALUE = 0x18,
  MODE_TABLE = 0x20,
  CLOCK_SET = 0x21,
  RELAY = 0x22,
  SUPPLY_POLICY = 0x23,
  HOT_LIST = 0x24,
  INTERPHONE = 0x25,
  PAYMENT_CARD = 0x26,
  KEY_SET_CHANGE = 0x2f,
  USE_READ = 0x30,
  CLOCK_SLEW = 0x31,
  EVENTS = 0x32
};
enum {
  BUSY = 1,
  KEY_UNKNOWN,
  SUITE_NOT_SERVED,
  COMMAND_OUTSIDE_PURPOSE,
  SESSION_UNKNOWN,
  TAG_WRONG,
  BODY_WRONG,
  PART_MISSING,
  SLOWED_DOWN,
  RANDOM_WEAK,
  NO_CARD
};

enum {
  FRAME_MAX = 7 + 255,
  STATUS_MAX = 24,
  PARTS_MAX = 255,
  CHUNK_MAX = 224,
  COMMAND_MAX = PARTS_MAX * CHUNK_MAX,
  ANSWER_PARTS_MAX = 10,
  ANSWER_MAX = ANSWER_PARTS_MAX * 223
};

static inline unsigned purpose_of(uint8_t n) { return n >> 6; }
static inline unsigned suite_of(uint8_t n) { return n >> 4 & 3; }
static inline unsigned generation_of(uint8_t n) { return n & 15; }
static inline size_t key_length(uint8_t n) { return suite_of(n) == SUITE_AES256 ? 32 : 16; }

struct frame {
  uint8_t bytes[FRAME_MAX];
  size_t length;
};

enum session_state { NO_SESSION, AWAITS_COMMAND, BURNT };

struct session {
  enum session_state state;
  uint8_t h, n;
  uint8_t kt[32];
  uint8_t context[37];           /* of the KDF, suites 2 and 3 */
  uint8_t r3[8], k23[16], ke[16]; /* suite 1 */
  struct frame first, second;
  uint64_t second_at, last_at; /* ms */
  struct frame third[PARTS_MAX];
  unsigned count, taken; /* parts of M3 */
  uint8_t command[COMMAND_MAX];
  size_t chunk[PARTS_MAX]; /* their lengths once opened */
  struct frame fourth[ANSWER_PARTS_MAX];
  unsigned answers; /* frames of M4; 0 where there is no answer */
};

/* What the exchange asks of its user. */
struct exchange_user {
  void *self;
  /* KT of this n, or NULL where there is none or its generation is below the floor. */
  const uint8_t *(*key)(void *self, uint8_t n);
  /* The status of the purpose that M2 carries; its length. */
  size_t (*status)(void *self, uint8_t n, uint8_t *out);
  /* An M3 under this key had a right tag: a key that waited is in force. */
  void (*proved)(void *self, uint8_t n);
  /* Carries a command out, durably, and writes its answer. `command` is NULL when the body was not understood. Gives
   * the length of the answer, or -1 for none. `age` is the time since M2 went out, in ms. */
  long (*carry_out)(void *self, const struct session *session, const uint8_t *command, size_t length, uint64_t age, uint8_t *answer);
  void (*random)(uint8_t *out, size_t length);
};

struct exchange {
  uint8_t svpmsn[3];
  struct exchange_user user;
  struct session session;
  unsigned wrong_tags; /* in a row */
  uint64_t slowed_until;
};

/* Hears a frame at `now`, in ms, and writes what is to be answered. Gives its length, 0 for silence. */
size_t exchange_hear(struct exchange *exchange, const uint8_t *frame, size_t length, uint64_t now, uint8_t answer[FRAME_MAX]);

/* Whether these bytes are a frame of the exchange, with this terminal's number. Nothing else is answered by anybody. */
int exchange_concerns(const struct exchange *exchange, const uint8_t *frame, size_t length);

/* Opens the KT inside a command of 0x2F. Gives 0 when it does not open. */
int exchange_unwrap(const struct session *session, const uint8_t *wrapped, size_t length, uint8_t *kt);

/* The attention frame: reasons and counter under this key. Gives its length. */
size_t attention_frame(const uint8_t svpmsn[3], uint8_t n, const uint8_t *kt, unsigned reasons, uint32_t counter, uint8_t *out);

#endif
