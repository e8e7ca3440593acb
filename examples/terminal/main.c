/* A terminal as small as it can be: it holds value and obeys, and measures nothing.
 *
 *   terminal personalise FILE          reads keys from its input, see README.md
 *   terminal run FILE MACHINE PORT ADDRESS
 *
 * It calls its local unit over TCP, each frame of the line behind its length. On its input it takes what happens at the
 * meter: the words cover, value and key.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "line.h"

enum { I_AM_HERE_MS = 10000, GONE_AFTER_MS = 30000, AGAIN_MS = 1000 };

static int unhex(const char *text, uint8_t *out, size_t length) {
  if (strlen(text) != 2 * length) return 0;
  for (size_t i = 0; i < length; i++) {
    unsigned byte;
    if (sscanf(text + 2 * i, "%2x", &byte) != 1) return 0;
    out[i] = (uint8_t)byte;
  }
  return 1;
}

static int personalise(const char *path) {
  char line[256], number[7], n_text[3], kt_text[65];
  struct key keys[KEYS_MAX];
  size_t count = 0;
  uint8_t svpmsn[3];
  memset(keys, 0, sizeof keys);
  if (access(path, F_OK) == 0) {
    fprintf(stderr, "%s is there already, and a number is written once: name another file.\n", path);
    return 2;
  }
  if (!fgets(line, sizeof line, stdin) || sscanf(line, "svpmsn %6s", number) != 1 || !unhex(number, svpmsn, 3)) {
    fprintf(stderr, "The first line is \"svpmsn\" and six hexadecimal digits.\n");
    return 2;
  }
  while (fgets(line, sizeof line, stdin)) {
    struct key *key = &keys[count];
    if (count == KEYS_MAX || sscanf(line, "key %2s %64s", n_text, kt_text) != 2 || !unhex(n_text, &key->n, 1) ||
        suite_of(key->n) == SUITE_3DES || !unhex(kt_text, key->kt, key_length(key->n))) {
      fprintf(stderr, "Each further line is \"key\", n and KT in hexadecimal digits; %d keys at most.\n", KEYS_MAX);
      return 2;
    }
    key->held = 1;
    count++;
  }
  meter_personalise(path, svpmsn, keys, count);
  return 0;
}

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int call(const char *machine, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  int line = -1, yes = 1;
  if (getaddrinfo(machine, port, &hints, &found) != 0) return -1;
  for (struct addrinfo *one = found; one && line < 0; one = one->ai_next) {
    line = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
    if (line >= 0 && connect(line, one->ai_addr, one->ai_addrlen) != 0) close(line), line = -1;
  }
  freeaddrinfo(found);
  if (line >= 0) setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return line;
}

static int send_message(int line, const uint8_t *bytes, size_t length) {
  uint8_t message[4 + LINE_FRAME_MAX];
  put32(message, (uint32_t)length);
  memcpy(message + 4, bytes, length);
  return send(line, message, 4 + length, MSG_NOSIGNAL) == (ssize_t)(4 + length);
}

/* One connection, until it ends. */
static void serve(struct modem *modem, int line) {
  uint8_t heard[4 + (1 << 16)], out[LINE_FRAME_MAX];
  size_t held = 0;
  uint64_t heard_at = now_ms(), said_at = heard_at;
  int input = STDIN_FILENO;
  while (now_ms() - heard_at < GONE_AFTER_MS) {
    struct pollfd ready[2] = {{line, POLLIN, 0}, {input, POLLIN, 0}};
    poll(ready, 2, 1000);
    if (now_ms() - said_at >= I_AM_HERE_MS) {
      if (!send_message(line, NULL, 0)) return;
      said_at = now_ms();
    }
    if (ready[1].revents) {
      char word[64];
      if (!fgets(word, sizeof word, stdin)) {
        input = -1;
      } else {
        word[strcspn(word, "\r\n")] = 0;
        if (!meter_happens(modem->meter, word)) fprintf(stderr, "\"%s\" does not happen here: cover, value or key.\n", word);
      }
    }
    if (!ready[0].revents) continue;
    ssize_t more = recv(line, heard + held, sizeof heard - held, 0);
    if (more <= 0) return;
    held += (size_t)more;
    heard_at = now_ms();
    for (;;) {
      size_t length = held >= 4 ? get32(heard) : 0;
      if (held < 4 || held < 4 + length) {
        if (held >= 4 && length > sizeof heard - 4) return; /* longer than any frame of a line */
        break;
      }
      size_t answer = line_hear(modem, heard + 4, length, now_ms(), out);
      if (answer > 0 && !send_message(line, out, answer)) return;
      memmove(heard, heard + 4 + length, held -= 4 + length);
    }
  }
}

static int run(const char *path, const char *machine, const char *port, const char *address) {
  static struct meter meter;
  static struct exchange exchange;
  static struct modem modem;
  char *end;
  long number = strtol(address, &end, 10);
  if (*address == 0 || *end != 0 || number < 0 || number > 255) {
    fprintf(stderr, "The address of a modem is a number from 0 to 255, not %s.\n", address);
    return 2;
  }
  if (!meter_start(&meter, path, &exchange)) return 2;
  modem.address = (uint8_t)number;
  modem.meter = &meter;
  modem.exchange = &exchange;
  setvbuf(stdin, NULL, _IONBF, 0);
  for (;;) {
    int line = call(machine, port);
    if (line >= 0) {
      serve(&modem, line);
      close(line);
    }
    nanosleep(&(struct timespec){.tv_sec = AGAIN_MS / 1000}, NULL);
  }
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "personalise") == 0) return personalise(words[2]);
  if (count == 6 && strcmp(words[1], "run") == 0) return run(words[2], words[3], words[4], words[5]);
  fprintf(stderr, "terminal personalise FILE < KEYS\nterminal run FILE MACHINE PORT ADDRESS\n");
  return 2;
}
