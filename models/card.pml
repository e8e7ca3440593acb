/*
 * A purse card between a host, which loads it through a meter's line, and two meters at which it is spent off line.
 * The card may be pulled and a meter may lose its power at any moment; a shim between the two keeps every frame that
 * it saw and gives it to whom it likes. Sessions and nonces are not numbered: see exactly-once.pml.
 *
 * Loading is the rule of exactly once with LTC in place of TC, and the meter is a pipe. Spending: the card commits
 * {balance - a, pending} in one write, and hands over a debit record for this meter and this nonce; the meter commits
 * {credit, last DTC} in one write if the DTC is greater; its acknowledgement clears what is pending.
 *
 *   -DEVICTED  a meter drops the row of a card that shows nothing pending
 *
 * Wrong on purpose, each of them to be refuted: the names that begin with WRONG_ below. WRONG_NO_NONCE is one only
 * together with EVICTED: either guards alone.
 */
#define WAITING 1
#define OUTSTANDING 2
#define VOIDING 3
#define STORED 5
#define REFUNDED 6
#define CREDIT 2
#define VOID 3
#define CREDITED 1
#define VOIDED 2
#define LOADS 2
#define DEBITS 3

/* The host: loads 1 and 2 are of as many tokens. Row and last LTC are durable, the exchange (0 none, 1 awaits M2, 2 awaits M4) is not. */
byte load[LOADS + 1], last, rowLtc, rowLoad, rowOp;
byte exchange, jobLtc, jobLoad, jobOp, fourth;
bit givenBack[LOADS + 1];

/* The card: one slot of a region, and the receipts of its loads. */
byte balance, ltc, dtc, pendingDtc, pendingMeter, pendingAmount;
byte receipt[LOADS + 2];
/* Its power and session: the meter it is in (0 none), what it waits for. */
byte inMeter;
bit awaitsLoad, loadAnswered, mayDebit;
byte thirdOp, thirdLtc, thirdLoad;
/* A debit record for this meter and nonce, on its way; and all that a shim has kept: amounts by meter and DTC. */
byte recordDtc, recordAmount, recordMeter;
byte kept[8];
#define keptAt(m, d) kept[((m) - 1) * 4 + (d)]
bit acknowledged[DEBITS + 1];

/* Meters 1 and 2: value from cards, and the last DTC of this card. awaits: a nonce is open for a record. */
byte credited[3], lastDtc[3];
bit awaitsRecord[3];

/* What was in truth loaded. */
byte loaded;
byte m, d, rounds;
bit done;
#ifdef WRONG_CREDIT_FIRST
byte promised;
#endif
#ifdef WRONG_PENDING_WRITTEN_LATER
byte late;
#endif

#define must(condition, sentence) if :: (condition) -> skip :: else -> printf(sentence); assert(false) fi
/* On its way: pending on the card, or, where a wrong card has it nowhere else, in the record itself. */
#ifdef WRONG_PENDING_WRITTEN_LATER
#define unwritten late
#else
#define unwritten 0
#endif
#ifdef WRONG_CREDIT_FIRST
#define owed promised
#else
#define owed 0
#endif
#define pendingValue (pendingDtc != 0 -> (lastDtc[pendingMeter] < pendingDtc -> pendingAmount : 0) : (recordDtc != 0 -> recordAmount : unwritten))

inline check() {
  printf("= balance=%d pending=%d credited1=%d credited2=%d loaded=%d\n", balance, pendingAmount, credited[1], credited[2], loaded);
  must(balance + credited[1] + credited[2] <= loaded + owed, "! more is spent and held than was ever loaded\n");
  must(balance + credited[1] + credited[2] + pendingValue >= loaded, "! value is gone\n");
  must((load[1] != STORED || receipt[1] == CREDITED || receipt[2] == CREDITED) && loaded <= 3, "! a load came twice, or was confirmed and never came\n");
  must(!givenBack[1] || !givenBack[2] || loaded == 0, "! a load was given back and is on the card\n");
  must(loaded + givenBack[1] * 1 + givenBack[2] * 2 <= 3, "! a load was given back and is on the card\n")
}

/* ------------------------------------------------------------------ loading */

inline refund(o) {
  load[o] = REFUNDED;
  givenBack[o] = 1
}

inline forget() {
  exchange = 0;
  jobLtc = 0;
  jobLoad = 0;
  jobOp = 0;
  fourth = 0;
  if :: thirdOp == 0 -> awaitsLoad = 0 :: else -> skip fi
}

inline begin() {
  if
  :: rowLtc == 0 ->
     rowLoad = (load[1] == WAITING -> 1 : 2);
     rowLtc = last + 1;
     rowOp = CREDIT;
     load[rowLoad] = OUTSTANDING
  :: else -> skip
  fi;
  jobLtc = rowLtc;
  jobLoad = rowLoad;
  jobOp = rowOp;
  exchange = 1
}

/* M2 names the card's last LTC; judged as a meter's is. */
inline decide() {
  if
  :: rowLtc != jobLtc || rowOp != jobOp -> forget()
  :: else -> exchange = 2; thirdOp = jobOp; thirdLtc = jobLtc; thirdLoad = jobLoad
  fi
}

/* The card carries out M3: one commit of {balance, LTC, receipt}. */
inline takeLoad() {
  if
#ifdef WRONG_NO_LTC_CHECK
  :: true ->
#else
  :: thirdLtc == ltc + 1 ->
#endif
     ltc = thirdLtc;
     receipt[ltc] = (thirdOp == CREDIT -> CREDITED : VOIDED);
     if :: thirdOp == CREDIT -> balance = balance + thirdLoad; loaded = loaded + thirdLoad :: else -> skip fi
  :: else -> skip
  fi;
  if :: exchange == 2 -> fourth = receipt[thirdLtc] :: else -> skip fi;
  awaitsLoad = 0;
  thirdOp = 0;
  thirdLtc = 0;
  thirdLoad = 0
}

inline book() {
  if
  :: fourth == CREDITED -> load[rowLoad] = STORED
  :: else -> refund(rowLoad)
  fi;
  last = rowLtc;
  rowLtc = 0;
  rowLoad = 0;
  rowOp = 0;
  forget()
}

#define hasLoad (rowLtc != 0 || load[1] == WAITING || load[2] == WAITING)

active proctype Host() {
end:
  do
  :: d_step { !done && load[1] == 0 -> printf("@ sell load=1\n"); load[1] = WAITING; check() }
  :: d_step { !done && load[1] != 0 && load[2] == 0 -> printf("@ sell load=2\n"); load[2] = WAITING; check() }
  :: d_step { !done && load[1] == OUTSTANDING -> printf("@ void load=1\n"); load[1] = VOIDING; rowOp = VOID; check() }
  :: d_step { !done && load[2] == OUTSTANDING -> printf("@ void load=2\n"); load[2] = VOIDING; rowOp = VOID; check() }
  :: d_step { !done && exchange == 0 && hasLoad -> printf("@ begin\n"); begin(); check() }
  :: d_step { !done && exchange == 1 && awaitsLoad && thirdOp == 0 -> printf("@ second\n"); decide(); check() }
  :: d_step { !done && exchange == 2 && fourth != 0 -> printf("@ fourth\n"); book(); check() }
  :: d_step { !done && exchange != 0 ->
       printf("@ time-out\n");
#ifdef WRONG_REFUND_BY_TIME_OUT
       if
       :: exchange == 2 && rowOp == CREDIT -> refund(rowLoad); rowLtc = 0; rowLoad = 0; rowOp = 0
       :: else -> skip
       fi;
#endif
       forget();
       check() }
  od
}

/* ----------------------------------------------------------------- spending */

/* The card hands over its pending record: to its meter, for this insertion's nonce. */
inline handOver(meter) {
  recordDtc = pendingDtc;
  recordAmount = pendingAmount;
  recordMeter = pendingMeter;
  keptAt(pendingMeter, pendingDtc) = pendingAmount
}

/* The meter's one commit of {from cards, last DTC}. */
inline takeRecord(meter, number, amount) {
  if
#ifdef WRONG_NO_LAST
  :: true ->
#else
  :: number > lastDtc[meter] ->
#endif
     credited[meter] = credited[meter] + amount;
     lastDtc[meter] = number
  :: else -> skip
  fi;
  acknowledged[number] = 1
}

inline debit(amount) {
#ifdef WRONG_CREDIT_FIRST
  credited[inMeter] = credited[inMeter] + amount;
  promised = amount;
  mayDebit = 0
#else
  dtc++;
  balance = balance - amount;
#ifndef WRONG_PENDING_WRITTEN_LATER
  pendingDtc = dtc;
  pendingMeter = inMeter;
  pendingAmount = amount;
  handOver(inMeter);
#ifdef WRONG_NOTHING_PENDING
  pendingDtc = 0;
  pendingMeter = 0;
  pendingAmount = 0;
#endif
#else
  late = amount;
#endif
  mayDebit = 0
#endif
}

inline clearPending() {
  pendingDtc = 0;
  pendingMeter = 0;
  pendingAmount = 0
}

inline pullOut() {
  if :: inMeter != 0 -> awaitsRecord[inMeter] = 0 :: else -> skip fi;
  inMeter = 0;
  mayDebit = 0;
  awaitsLoad = 0;
  thirdOp = 0;
  thirdLtc = 0;
  thirdLoad = 0;
  recordDtc = 0;
  recordAmount = 0;
#ifdef WRONG_PENDING_WRITTEN_LATER
  late = 0;
#endif
#ifdef WRONG_CLEARED_WHEN_PULLED
  clearPending();
#endif
  recordMeter = 0
}

#ifdef WRONG_OTHER_METER
#define serves(meter) true
#define isForMeter true
#else
#define serves(meter) (pendingDtc == 0 || pendingMeter == meter)
#define isForMeter (recordMeter == inMeter)
#endif

inline insert(meter) {
  printf("@ insert meter=%d\n", meter);
  inMeter = meter;
  awaitsRecord[meter] = 1;
#ifdef EVICTED
  if :: pendingDtc == 0 -> lastDtc[meter] = 0 :: else -> skip fi;
#endif
  if
  :: pendingDtc != 0 && serves(meter) -> handOver(meter)
  :: pendingDtc == 0 -> mayDebit = 1
  :: else -> skip
  fi
}

active proctype Card() {
end:
  do
  :: d_step { !done && inMeter == 0 -> insert(1); check() }
  :: d_step { !done && inMeter == 0 -> insert(2); check() }
  :: d_step { !done && inMeter != 0 && exchange == 1 && !awaitsLoad -> printf("@ first\n"); awaitsLoad = 1; check() }
  :: d_step { !done && inMeter != 0 && awaitsLoad && thirdOp != 0 -> printf("@ third\n"); takeLoad(); check() }
  :: d_step { !done && inMeter != 0 && mayDebit && balance >= 1 && dtc < DEBITS -> printf("@ debit amount=1\n"); debit(1); check() }
  :: d_step { !done && inMeter != 0 && mayDebit && balance >= 2 && dtc < DEBITS -> printf("@ debit amount=2\n"); debit(2); check() }
#ifdef WRONG_CREDIT_FIRST
  :: d_step { !done && inMeter != 0 && promised != 0 -> printf("@ debit-later\n"); balance = balance - promised; promised = 0; check() }
#endif
#ifdef WRONG_PENDING_WRITTEN_LATER
  :: d_step { !done && inMeter != 0 && late != 0 -> printf("@ pending-written\n"); pendingDtc = dtc; pendingMeter = inMeter; pendingAmount = late; late = 0; handOver(inMeter); check() }
#endif
  :: d_step { !done && inMeter != 0 && pendingDtc != 0 && acknowledged[pendingDtc] -> printf("@ acknowledged dtc=%d\n", pendingDtc); clearPending(); check() }
  :: d_step { !done && inMeter != 0 ->
       printf("@ pull\n");
#ifdef WRONG_CREDIT_FIRST
       promised = 0;
#endif
       pullOut();
       check() }
  od
}

active proctype Meters() {
end:
  do
  :: d_step { !done && inMeter != 0 && recordDtc != 0 && awaitsRecord[inMeter] && isForMeter ->
       printf("@ record meter=%d dtc=%d amount=%d\n", inMeter, recordDtc, recordAmount);
       awaitsRecord[inMeter] = 0;
       takeRecord(inMeter, recordDtc, recordAmount);
       recordDtc = 0;
       recordAmount = 0;
       recordMeter = 0;
       check() }
#ifdef WRONG_ACKNOWLEDGED_FIRST
  :: d_step { !done && inMeter != 0 && recordDtc != 0 && awaitsRecord[inMeter] && recordMeter == inMeter ->
       printf("@ acknowledge-first dtc=%d\n", recordDtc);
       acknowledged[recordDtc] = 1;
       check() }
#endif
#ifdef WRONG_NO_NONCE
  /* A record of another insertion, from the shim. */
  :: atomic { !done ->
       if
       :: inMeter == 1 && awaitsRecord[1] -> m = 1
       :: inMeter == 2 && awaitsRecord[2] -> m = 2
       fi;
       if
       :: keptAt(m, 1) != 0 -> d = 1
       :: keptAt(m, 2) != 0 -> d = 2
       :: keptAt(m, 3) != 0 -> d = 3
       fi;
       printf("@ old-record meter=%d dtc=%d amount=%d\n", m, d, keptAt(m, d));
       awaitsRecord[m] = 0;
       takeRecord(m, d, keptAt(m, d));
       m = 0;
       d = 0;
       check() }
#endif
  :: d_step { !done && awaitsRecord[1] -> printf("@ cut meter=1\n"); awaitsRecord[1] = 0; check() }
  :: d_step { !done && awaitsRecord[2] -> printf("@ cut meter=2\n"); awaitsRecord[2] = 0; check() }
#ifndef STEPS_ONLY
  /* From any state: no more faults. The card goes to where something is pending, and the host tries until it has its receipts. */
  :: d_step { !done ->
       printf("@ settle\n");
       done = 1;
       pullOut();
       forget();
       if
       :: pendingDtc != 0 ->
          insert(pendingMeter);
          takeRecord(pendingMeter, recordDtc, recordAmount);
          clearPending()
       :: else -> skip
       fi;
       do
       :: rounds < 6 && hasLoad ->
          rounds++;
          begin();
          decide();
          if :: exchange == 2 -> takeLoad(); book() :: else -> skip fi
       :: else -> break
       od;
       check();
       must(balance + credited[1] + credited[2] == loaded, "! value is neither on the card nor in a meter\n");
       must(rowLtc == 0 && last == ltc, "! a load is never settled\n");
       must(loaded == (load[1] == STORED) + (load[2] == STORED) * 2, "! the books and the card differ\n") }
#endif
  od
}
