#include "memory.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto.h"

/* Behind the memory stands a check sum: CMAC under a key of zeros, which is no secret and finds what rotted. */
static void check_sum(const struct memory *memory, uint8_t sum[16]) {
  static const uint8_t zeros[16];
  cmac(zeros, sizeof zeros, (const uint8_t *)memory, sizeof *memory, sum);
}

int memory_load(const char *path, struct memory *memory) {
  uint8_t kept[16], sum[16];
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "%s cannot be read: make it with the command personalise.\n", path);
    return 0;
  }
  int whole = fread(memory, sizeof *memory, 1, file) == 1 && fread(kept, sizeof kept, 1, file) == 1;
  fclose(file);
  if (whole) check_sum(memory, sum);
  if (!whole || memory->magic != MEMORY_MAGIC || memcmp(kept, sum, sizeof sum) != 0) {
    fprintf(stderr, "%s is not a memory of this program, or it is damaged: personalise another.\n", path);
    return 0;
  }
  return 1;
}

static void must(int done, const char *what) {
  if (done) return;
  perror(what); /* without a memory nothing may be answered */
  exit(1);
}

void memory_commit(const char *path, const struct memory *memory) {
  char beside[4096], folder[4096];
  uint8_t sum[16], back[sizeof sum];
  static struct memory read_back;
  snprintf(beside, sizeof beside, "%s.new", path);
  snprintf(folder, sizeof folder, "%s", path);
  check_sum(memory, sum);

  int file = open(beside, O_RDWR | O_CREAT | O_TRUNC, 0600);
  must(file >= 0, beside);
  must(write(file, memory, sizeof *memory) == (ssize_t)sizeof *memory && write(file, sum, sizeof sum) == (ssize_t)sizeof sum, beside);
  must(fsync(file) == 0, beside);
  must(pread(file, &read_back, sizeof read_back, 0) == (ssize_t)sizeof read_back &&
           pread(file, back, sizeof back, sizeof read_back) == (ssize_t)sizeof back &&
           memcmp(&read_back, memory, sizeof read_back) == 0 && memcmp(back, sum, sizeof sum) == 0,
       beside);
  close(file);
  must(rename(beside, path) == 0, path);
  int directory = open(dirname(folder), O_RDONLY | O_DIRECTORY);
  must(directory >= 0 && fsync(directory) == 0, folder);
  close(directory);
}
