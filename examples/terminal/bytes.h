/* Numbers in bytes: big-endian, as everywhere in the protocol. */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>

static inline uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static inline uint32_t get24(const uint8_t *at) { return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]; }
static inline uint32_t get32(const uint8_t *at) { return (uint32_t)at[0] << 24 | get24(at + 1); }

static inline uint8_t *put8(uint8_t *at, unsigned value) {
  *at = (uint8_t)value;
  return at + 1;
}
static inline uint8_t *put16(uint8_t *at, unsigned value) { return put8(put8(at, value >> 8), value); }
static inline uint8_t *put32(uint8_t *at, uint32_t value) { return put16(put16(at, value >> 16), value & 0xffff); }
static inline uint8_t *put64(uint8_t *at, uint64_t value) { return put32(put32(at, (uint32_t)(value >> 32)), (uint32_t)value); }

#endif
