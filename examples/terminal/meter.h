/* What the commands do: docs/protocol.md, "Value" to "Attention". */
#ifndef METER_H
#define METER_H

#include "exchange.h"
#include "memory.h"

struct meter {
  const char *path;
  struct memory memory;
  struct memory committed; /* as it lies in the file */
  int attention_quiet;     /* the attention that stands was heard by the local unit */
  unsigned calls;          /* how often something new was to be called */
};

/* Loads a meter from its file and makes the exchange over it. Gives 0, and prints a sentence, where that fails. */
int meter_start(struct meter *meter, const char *path, struct exchange *exchange);

/* Something happened at the meter, for a bench: cover, value, key. Gives 0 for another word. */
int meter_happens(struct meter *meter, const char *word);

/* The attention that is to be sent, its counter kept first. Gives its length, 0 where there is none. */
size_t meter_attention(struct meter *meter, uint8_t *out);

int meter_calls(const struct meter *meter);

/* A fresh memory with these keys. */
void meter_personalise(const char *path, const uint8_t svpmsn[3], const struct key *keys, size_t count);

#endif
