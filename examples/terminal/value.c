/* docs/protocol.md, "Value": the purse, exactly once. */
#include <string.h>

#include "bytes.h"
#include "state.h"

enum { CREDIT = 1, VOID = 2, QUERY = 0, CLOSE = 3 };

struct order {
  unsigned op;
  uint32_t tc, amount;
  uint8_t txid[8];
};

static unsigned op_of(uint8_t h) {
  static const unsigned ops[] = {CREDIT, VOID, QUERY, CLOSE};
  return ops[h - VALUE_STORE];
}

/* Gives 0 for a body that is not understood: such a one is not answered at all. */
static int read_order(const struct session *session, const uint8_t *body, size_t length, struct order *order) {
  static const uint8_t zero[8];
  order->op = op_of(session->h);
  if (suite_of(session->n) == SUITE_3DES_XO) {
    if (length != 16) return 0;
    order->amount = get32(body);
    order->tc = get32(body + 4);
    memcpy(order->txid, body + 8, 8);
  } else {
    if (length != 18 || body[0] != order->op || body[17] != 0) return 0;
    order->tc = get32(body + 1);
    memcpy(order->txid, body + 5, 8);
    order->amount = get32(body + 13);
  }
  if (order->op == QUERY) return order->amount == 0 && memcmp(order->txid, zero, 8) == 0;
  return order->op != CLOSE || order->amount == 0;
}

static const struct receipt *receipt_of(const struct memory *m, uint32_t tc) {
  const struct receipt *row = &m->receipts[tc % RECEIPTS];
  return tc != 0 && row->tc == tc ? row : NULL;
}

static struct receipt *new_receipt(struct memory *m, const struct order *order, uint32_t amount, unsigned later) {
  struct receipt *row = &m->receipts[order->tc % RECEIPTS];
  m->last_tc = row->tc = order->tc;
  row->amount = amount;
  memcpy(row->txid, order->txid, 8);
  row->result = (uint8_t)later;
  return row;
}

/* TC = last + 1: what happens, and the result. */
static unsigned apply(struct meter *meter, const struct order *order) {
  struct memory *m = &meter->memory;
  uint32_t before = m->balance;
  unsigned result = DONE;
  if (order->op == VOID) {
    new_receipt(m, order, 0, result = VOIDED);
    record_event(meter, CREDIT_VOIDED, 0, order->tc & 0xffff, 0);
  } else if (order->op == CLOSE) {
    new_receipt(m, order, m->balance, ALREADY_DONE);
    m->balance = 0;
    record_event(meter, PURSE_CLOSED, 0, 0, before);
  } else if (order->amount > UINT32_MAX - m->balance) {
    new_receipt(m, order, 0, result = FULL);
    record_event(meter, VALUE_REFUSED, 0, result, 0);
  } else {
    new_receipt(m, order, order->amount, ALREADY_DONE);
    m->balance += order->amount;
    m->credited += order->amount;
    record_event(meter, CREDIT_STORED, 0, order->tc & 0xffff, order->amount);
  }
  balance_changed(meter, before);
  return result;
}

static long write_receipt(const struct meter *meter, uint8_t n, unsigned result, const struct receipt *receipt, uint8_t *answer) {
  const struct memory *m = &meter->memory;
  uint8_t *at = answer;
  if (suite_of(n) == SUITE_3DES_XO) {
    at = put32(at, m->balance);
    memcpy(at, m->svpmsn, 3), at += 3;
    at = put8(at, result);
    at = put32(put32(at, receipt->tc), receipt->amount);
    memcpy(at, receipt->txid, 8), at += 8;
    return put64(at, m->credited) - answer;
  }
  at = put32(put8(at, result), receipt->tc);
  memcpy(at, receipt->txid, 8), at += 8;
  at = put64(put32(put32(at, receipt->amount), m->balance), m->credited);
  return put16(put32(at, clock_now(meter)), flags_of(meter)) - answer;
}

long value_command(struct meter *meter, const struct session *session, const uint8_t *body, size_t length, uint8_t *answer) {
  struct memory *m = &meter->memory;
  struct order order;
  if (!body || !read_order(session, body, length, &order)) return -1;
  if (order.op != QUERY && m->last_tc != UINT32_MAX && order.tc == m->last_tc + 1) {
    unsigned result = apply(meter, &order);
    return write_receipt(meter, session->n, result, receipt_of(m, order.tc), answer);
  }
  const struct receipt *held = receipt_of(m, order.op == QUERY && order.tc == 0 ? m->last_tc : order.tc);
  if (held && held->tc <= m->last_tc) return write_receipt(meter, session->n, held->result, held, answer);
  struct receipt none = {.tc = m->last_tc};
  return write_receipt(meter, session->n, GAP, &none, answer);
}
