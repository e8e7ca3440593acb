/*
 * Value arrives exactly once: one meter, its host, the host's database and its backup, the payment provider, and a
 * line that loses, doubles, reorders and repeats. Each step is a step of the code; docs/internals/models.md maps them.
 *
 * Sessions and nonces are not numbered, so their number has no bound. A frame that nobody can ever take again is
 * forgotten: M3 counts only while the meter's session is the one it was sealed for, M2 and M4 only while the host's
 * exchange lives. An M1 needs no key: an old one, or a stranger's, opens a session for nobody.
 *
 * Every step prints what it is ("@ name field=value"), and then what host and meter hold ("= field=value").
 *
 *   -DW=2        two host processes at one database, each with an exchange of its own
 *   -DNO_STATUS  suite 3des-xo: M2 says nothing of the purse
 *   -DSTEPS_ONLY without the promise that everything settles: for traces
 *
 * Wrong on purpose, each of them to be refuted: the names that begin with WRONG_ below.
 * To be reached, so that the proof is not about nothing: REACH_.
 */
#ifndef W
#define W 1
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#ifndef FOREIGNS
#define FOREIGNS 1
#endif
#ifndef DRAWS
#define DRAWS 1
#endif

/* An order in the host's books: OrderState of src/host/types.ts. A waiting order has no TC, nor has a withdrawn one. */
#define UNSOLD 0
#define WAITING 1
#define OUTSTANDING 2
#define VOIDING 3
#define WITHDRAWN 4
#define STORED 5
#define REFUNDED 6
#define FOUND 7
#define isOpen(o) (order[o] >= WAITING && order[o] <= WITHDRAWN)

/* Orders 1 and 2 are sold here for 1 and 2 tokens; order 3 of 4 tokens comes from books that are not these. */
#define FOREIGN 3
#define AMOUNT(o) (1 << ((o) - 1))
#define waits(o) (order[o] == WAITING)

/* Ops of M3, and what M4 says: ValueOp and ValueResult of src/exchange/value.ts. */
#define QUERY 1
#define CREDIT 2
#define VOID 3
#define CREDITED 1
#define VOIDED 2
#define GAP 3

/* The host's database, for this meter. */
byte order[4];
byte last, rowTc, rowOrder, rowOp;
bit queryWanted, frozen;
/* Its copy of last night. */
byte oldOrder[4];
byte oldLast, oldTc, oldRowOrder, oldOp;
bit oldWanted, copied;
byte restores = RESTORES, foreigns = FOREIGNS;
/* The payment provider: it forgets nothing. */
bit paid[4], givenBack[4];

/* A host's exchange, in its memory: 0 none, 1 awaits M2, 2 awaits M4. */
byte exchange[W], jobOp[W], jobTc[W], jobOrder[W];
/* For it on the line: M2 of sessions that the meter has left since, one bit for each TClast they name; and M4. */
byte lateSecond[W], fourth[W], fourthTc[W], fourthOrder[W];

/* The meter's memory: slots, the ring of receipts by TC, and the cell in the chip. TORN is no receipt. */
#define TORN 7
byte sequence[2] = {1, 0};
bit valid[2] = {1, 0};
byte slotLast[2], slotTotal[2], slotSpent[2];
byte receiptOrder[6], receiptKind[6];
byte cell = 1;
/* The meter's working memory: believed slot, session (0 none, w + 1, or GONE), what it does. */
#define GONE 9
byte slot, session, phase, stage;
/* phase: 0 nothing, 1 awaits M3, 2 carries out */
byte doTc, doOrder, doOp, sayKind, sayTc, sayOrder, draws = DRAWS;
/* A session waits for M3 while a draw is committed. */
bit held;
/* M3 for the meter's session, on the line: op, 0 for none. */
byte thirdOp, thirdTc, thirdOrder;
#ifdef WRONG_SESSIONS_SIDE_BY_SIDE
byte sideOp, sideTc, sideOrder;
#endif

/* What was in truth applied. */
byte applied[4], spent;
bit done;
/* The meter finds at its start, or after a commit, that its purse is not what it was left as. */
bit damaged;
byte i, rounds;
/* What a trace is to have passed: of REACH_ alone. */
bit witness;

#define tclast slotLast[slot]
#define calm (!done && phase < 2)
#define SEEN printf("= order1=%d order2=%d found=%d hostLast=%d meterLast=%d credited=%d frozen=%d purse=%d\n", \
  order[1], order[2], order[3] == FOUND, last, tclast, slotTotal[slot], frozen, !damaged)

#define must(condition, sentence) if :: (condition) -> skip :: else -> printf(sentence); assert(false) fi

inline check() {
  SEEN;
  must(applied[1] <= 1 && applied[2] <= 1 && applied[3] <= 1, "! value was applied twice\n");
  must(!damaged, "! the purse is not what it was left as\n");
  must((order[1] != STORED || applied[1]) && (order[2] != STORED || applied[2]), "! an order is confirmed and was never applied\n");
  must((!givenBack[1] || !applied[1]) && (!givenBack[2] || !applied[2]), "! an order was given back and is applied\n");
  must(((order[1] == OUTSTANDING || order[1] == VOIDING) + (order[2] == OUTSTANDING || order[2] == VOIDING)) == (rowTc != 0),
    "! the orders on their way are not the one outstanding transaction\n");
  must(rowTc == 0 || rowTc == last + 1, "! the outstanding TC does not follow the last one\n");
#ifndef WRONG_VOID_TAKES_NEXT_TC
  must(!frozen, "! the host freezes a meter of which nothing is damaged\n");
#endif
#ifdef REACH_STORED_AFTER_CUT
  must(!(witness && order[1] == STORED), "! reached: stored before the power went, confirmed after it came back\n");
#endif
#ifdef REACH_VOID_IN_TIME
  must(!(order[1] == REFUNDED && tclast == 1 && receiptKind[1] == VOIDED && receiptOrder[1] == 1), "! reached: an order on its way is given back\n");
#endif
#ifdef REACH_VOID_TOO_LATE
  must(!(witness && order[1] == STORED), "! reached: an order that was to be taken back is in the meter, and stays\n");
#endif
#ifdef REACH_RESTORED
  must(!(witness && order[1] == STORED && order[2] == REFUNDED), "! reached: a restored host learns what is stored and what was voided\n");
#endif
#ifdef REACH_EVERYTHING
  must(!(order[1] == STORED && order[2] == STORED && order[3] == FOUND && restores == 0), "! reached: two orders, foreign books and a restore, and all is settled\n");
#endif
#ifdef REACH_FOREIGN
  must(!(order[1] == STORED && order[3] == FOUND && receiptOrder[1] == FOREIGN), "! reached: an own order makes way for a foreign one\n");
#endif
}

/* What the meter believes after a commit or a start: all that was applied, all draws, a receipt of each TC. */
inline checkPurse() {
  if
  :: slotTotal[slot] != applied[1] * AMOUNT(1) + applied[2] * AMOUNT(2) + applied[3] * AMOUNT(3) || slotSpent[slot] != spent -> damaged = 1
  :: else -> skip
  fi;
  i = 1;
  do
  :: i <= tclast -> if :: receiptKind[i] == CREDITED || receiptKind[i] == VOIDED -> skip :: else -> damaged = 1 fi; i++
  :: else -> break
  od;
  i = 0
}

/* The stages of a commit; a draw is an op of the meter itself. */
#define DRAW 4
#define INVALIDATE 1
#define RECEIPT 2
#define RECEIPT_END 3
#define BODY 4
#define MARK 5
#define CHIP 6
#define TAKE_OVER 7
#define ANSWER 8
#define IN_PLACE 9
#define IN_PLACE_END 10
#define BODY_END 11
#ifdef WRONG_SLOT_IN_PLACE
#define FIRST_STAGE IN_PLACE
#else
#define FIRST_STAGE INVALIDATE
#endif

/* ------------------------------------------------------------------ the host */

inline refund(o) {
  order[o] = REFUNDED;
  givenBack[o] = 1
}

/* voidOrder in src/host/vending.ts */
inline takeBack(o) {
  if
#ifdef WRONG_REFUND_BEFORE_QUERY
  :: order[o] == WAITING -> refund(o)
#else
  :: order[o] == WAITING && (queryWanted || frozen) -> order[o] = WITHDRAWN
  :: order[o] == WAITING && !queryWanted && !frozen -> refund(o)
#endif
  :: order[o] == OUTSTANDING ->
     order[o] = VOIDING;
     rowOp = VOID;
#ifdef REACH_VOID_TOO_LATE
     if :: o == 1 && applied[1] -> witness = 1 :: else -> skip fi;
#endif
#ifdef WRONG_VOID_TAKES_NEXT_TC
     last = rowTc;
     rowTc = rowTc + 1
#endif
  :: else -> skip
  fi
}

#ifdef WRONG_TWO_OUTSTANDING
#define hasNext (waits(1) || waits(2))
#else
#define hasNext (rowTc == 0 && (waits(1) || waits(2)))
#endif
#define hasJob (!frozen && (queryWanted || rowTc != 0 || hasNext))

/* claimWork and nextJob in src/host/dispatch.ts: the row is durable from here on. Then M1 leaves. */
inline begin(w) {
  if
  :: queryWanted -> jobOp[w] = QUERY; jobTc[w] = last
  :: else ->
     if
     :: hasNext ->
        rowOrder = (waits(1) -> 1 : 2);
        rowTc = last + 1;
        rowOp = CREDIT;
        order[rowOrder] = OUTSTANDING
     :: else -> skip
     fi;
     jobOp[w] = rowOp;
     jobTc[w] = rowTc;
     jobOrder[w] = rowOrder
  fi;
  exchange[w] = 1
}

/* What the host had in memory of an exchange is gone, and what still comes for it is for nobody. */
inline forget(w) {
  if
  :: session == w + 1 -> session = (phase == 1 && thirdOp != 0 -> GONE : 0); if :: session == 0 -> phase = 0 :: else -> skip fi
  :: else -> skip
  fi;
  exchange[w] = 0;
  jobOp[w] = 0;
  jobTc[w] = 0;
  jobOrder[w] = 0;
  lateSecond[w] = 0;
  fourth[w] = 0;
  fourthTc[w] = 0;
  fourthOrder[w] = 0
}

/* bookInStep in src/host/receipts.ts */
inline bookInStep() {
  queryWanted = 0;
  if :: order[1] == WITHDRAWN -> refund(1) :: else -> skip fi;
  if :: order[2] == WITHDRAWN -> refund(2) :: else -> skip fi
}

/* stillAsked in src/host/dispatch.ts: another host may have booked what a query was begun for. */
#define stillAsked(w) (queryWanted && last == jobTc[w])
#define isQuery(w) (jobOp[w] == QUERY)

/* decide in src/host/dispatch.ts, with judgeStatus of src/exchange/account.ts: M2 says TClast; live when its session is. */
inline decide(w, told, live) {
  if
  :: frozen || (isQuery(w) && !stillAsked(w)) -> forget(w)
  :: !frozen && !isQuery(w) && (queryWanted || rowTc != jobTc[w] || rowOrder != jobOrder[w] || rowOp != jobOp[w]) -> forget(w)
#ifndef NO_STATUS
  :: else ->
     if
     :: !isQuery(w) && told < last -> frozen = 1; forget(w)
     :: !isQuery(w) && told > last + 1 -> queryWanted = 1; forget(w)
     :: else -> sendThird(w, live)
     fi
#else
  :: else -> sendThird(w, live)
#endif
  fi
}

inline sendThird(w, live) {
  exchange[w] = 2;
  lateSecond[w] = 0;
  if
  :: live ->
     thirdOp = jobOp[w];
     thirdTc = (isQuery(w) -> jobTc[w] + 1 : jobTc[w]);
     thirdOrder = jobOrder[w]
  :: else -> skip
  fi
}

/* settleAnswer in src/host/dispatch.ts, bookReceipt and adopt in src/host/receipts.ts, judgeReceipt in src/exchange/account.ts */
inline book(w) {
  if
  :: fourth[w] == GAP && isQuery(w) && !stillAsked(w) -> skip
  :: fourth[w] == GAP && !(isQuery(w) && !stillAsked(w)) && fourthTc[w] < last -> frozen = 1
  :: fourth[w] == GAP && !(isQuery(w) && !stillAsked(w)) && fourthTc[w] == last -> if :: isQuery(w) -> bookInStep() :: else -> skip fi
  :: fourth[w] == GAP && !(isQuery(w) && !stillAsked(w)) && fourthTc[w] > last -> if :: isQuery(w) -> frozen = 1 :: else -> skip fi
  :: fourth[w] != GAP && fourthTc[w] != last + 1 -> skip
#ifdef WRONG_TXID_NOT_COMPARED
  :: fourth[w] != GAP && fourthTc[w] == last + 1 && rowTc != 0 ->
#else
  :: fourth[w] != GAP && fourthTc[w] == last + 1 && rowTc != 0 && rowOrder == fourthOrder[w] ->
#endif
     if :: fourth[w] == CREDITED -> order[rowOrder] = STORED :: else -> refund(rowOrder) fi;
     last = fourthTc[w];
     rowTc = 0;
     rowOrder = 0;
     rowOp = 0
  :: else ->
     i = fourthOrder[w];
     if
     :: order[i] == UNSOLD -> order[i] = FOUND; moveUp(w)
     :: order[i] == WAITING || order[i] == WITHDRAWN -> if :: fourth[w] == CREDITED -> order[i] = STORED :: else -> refund(i) fi; moveUp(w)
     :: else -> frozen = 1
     fi;
     i = 0
  fi;
  forget(w)
}

/* adopt: the TC is the other's, and the own order takes the next. */
inline moveUp(w) {
  last = fourthTc[w];
  if :: rowTc != 0 -> rowTc = last + 1 :: else -> skip fi
}

/* ----------------------------------------------------------------- the meter */

/* receiveFirst in src/exchange/terminal-side.ts: one session at a time; an M2 already said may still be on the line. */
inline leaveSession() {
  if
  :: phase == 1 && session != GONE && session != 0 && exchange[session - 1] == 1 -> lateSecond[session - 1] = lateSecond[session - 1] | (1 << tclast)
  :: else -> skip
  fi;
  session = 0;
  phase = 0;
  thirdOp = 0;
  thirdTc = 0;
  thirdOrder = 0
}

inline evicted() {
#ifdef WRONG_SESSIONS_SIDE_BY_SIDE
  if :: thirdOp != 0 -> sideOp = thirdOp; sideTc = thirdTc; sideOrder = thirdOrder :: else -> skip fi;
#endif
  leaveSession()
}

/* takeThird: M3 is authentic and the nonce is burnt. carryOut in src/meter/svm.ts: the rule. */
inline takeThird(op, tc, o) {
  doOp = op;
  doTc = tc;
  doOrder = o;
  phase = 2;
  if
  :: doOp == QUERY -> stage = ANSWER; tell(doTc)
#ifdef WRONG_NO_TC_CHECK
  :: else -> stage = FIRST_STAGE
#else
  :: doOp != QUERY && doTc <= tclast -> stage = ANSWER; tell(doTc)
  :: doOp != QUERY && doTc == tclast + 1 -> stage = FIRST_STAGE
  :: doOp != QUERY && doTc > tclast + 1 -> stage = ANSWER; sayKind = GAP; sayTc = tclast
#endif
  fi
}

/* told and receiptOf in src/meter: the receipt of a TC, or a gap that names the last. */
inline tell(tc) {
  if
#ifdef WRONG_NO_RECEIPTS
  :: tc == 0 -> skip
#else
  :: tc != 0 && tc <= tclast -> sayKind = receiptKind[tc]; sayTc = tc; sayOrder = receiptOrder[tc]
#endif
  :: else -> sayKind = GAP; sayTc = tclast
  fi
}

/*
 * commit in src/meter/purse-journal.ts, write by write. A draw has no receipt and is committed the same way.
 * A power cut may come between any two stages.
 */
#define next (1 - slot)
#define newLast (doOp == DRAW -> tclast : doTc)
#define gain (doOp == CREDIT -> AMOUNT(doOrder) : 0)

inline putReceipt() {
  receiptOrder[doTc] = doOrder;
  receiptKind[doTc] = (doOp == CREDIT -> CREDITED : VOIDED)
}

inline nowApplied() {
  if :: doOp == CREDIT -> applied[doOrder]++ :: doOp == DRAW -> spent++ :: else -> skip fi
}

inline commitStage() {
  if
  :: stage == INVALIDATE ->
     printf("@ commit stage=invalidate\n");
#ifndef WRONG_NO_CHECK_SUM
     valid[next] = 0;
#endif
#ifdef WRONG_RECEIPT_AFTER_SLOT
     stage = BODY
#else
     stage = (doOp == DRAW -> BODY : RECEIPT)
#endif
  :: stage == RECEIPT -> printf("@ commit stage=receipt\n"); receiptOrder[doTc] = TORN; receiptKind[doTc] = TORN; stage = RECEIPT_END
  :: stage == RECEIPT_END ->
     printf("@ commit stage=receipt-end\n");
     putReceipt();
#ifdef WRONG_RECEIPT_AFTER_SLOT
     stage = TAKE_OVER
#else
     stage = BODY
#endif
  :: stage == BODY ->
     printf("@ commit stage=body\n");
     sequence[next] = sequence[slot] + 1;
     slotLast[next] = newLast;
#ifdef WRONG_NO_CHECK_SUM
     valid[next] = 1;
     stage = BODY_END
  :: stage == BODY_END -> printf("@ commit stage=body-end\n");
#endif
     slotTotal[next] = slotTotal[slot] + gain;
     slotSpent[next] = slotSpent[slot] + (doOp == DRAW);
#ifdef WRONG_CHIP_FIRST
     stage = CHIP
#else
     stage = MARK
#endif
  :: stage == MARK ->
     printf("@ commit stage=mark\n");
     valid[next] = 1;
     nowApplied();
#ifdef WRONG_CHIP_FIRST
     stage = TAKE_OVER
#else
     stage = CHIP
#endif
  :: stage == CHIP ->
     printf("@ commit stage=chip\n");
     cell = sequence[next];
#ifdef WRONG_CHIP_FIRST
     stage = MARK
#else
#ifdef WRONG_RECEIPT_AFTER_SLOT
     stage = (doOp == DRAW -> TAKE_OVER : RECEIPT)
#else
     stage = TAKE_OVER
#endif
#endif
  :: stage == TAKE_OVER -> slot = next; finishCommit()
#ifdef WRONG_SLOT_IN_PLACE
  :: stage == IN_PLACE ->
     printf("@ commit stage=body\n");
     if :: doOp != DRAW -> putReceipt() :: else -> skip fi;
     slotTotal[slot] = slotTotal[slot] + gain;
     slotSpent[slot] = slotSpent[slot] + (doOp == DRAW);
     nowApplied();
     stage = IN_PLACE_END
  :: stage == IN_PLACE_END -> printf("@ commit stage=body-end\n"); tclast = newLast; finishCommit()
#endif
  :: else -> skip
  fi
}

inline finishCommit() {
  checkPurse();
  if
  :: doOp == DRAW -> doOp = 0; stage = 0; phase = held; held = 0
  :: else -> stage = ANSWER; sayKind = receiptKind[doTc]; sayTc = doTc; sayOrder = doOrder
  fi
}

inline endCommand() {
  stage = 0;
  doOp = 0;
  doTc = 0;
  doOrder = 0;
  sayKind = 0;
  sayTc = 0;
  sayOrder = 0;
  if :: session == GONE -> session = 0 :: else -> skip fi;
  phase = 0
}

/* terminalAnswer: M4 for whoever holds the session. */
inline sayFourth() {
  if
  :: session != 0 && session != GONE && exchange[session - 1] == 2 ->
     fourth[session - 1] = sayKind;
     fourthTc[session - 1] = sayTc;
     fourthOrder[session - 1] = sayOrder
  :: else -> skip
  fi
}

/* startMeter: no session survives; recover in src/meter/purse-journal.ts finds the commit the chip knows, or the one after. */
inline restart() {
#ifdef REACH_STORED_AFTER_CUT
  if :: stage == CHIP && doOrder == 1 -> witness = 1 :: else -> skip fi;
#endif
  if :: held -> phase = 1 :: else -> skip fi;
  held = 0;
  leaveSession();
#ifdef WRONG_SESSIONS_SIDE_BY_SIDE
  sideOp = 0;
  sideTc = 0;
  sideOrder = 0;
#endif
  endCommand();
  if
  :: valid[0] && sequence[0] == cell + 1 -> slot = 0
  :: valid[1] && sequence[1] == cell + 1 -> slot = 1
  :: valid[0] && sequence[0] == cell && !(valid[1] && sequence[1] == cell + 1) -> slot = 0
  :: valid[1] && sequence[1] == cell && !(valid[0] && sequence[0] == cell + 1) -> slot = 1
  :: else -> damaged = 1
  fi;
  cell = sequence[slot];
  checkPurse()
}

/* -------------------------------------------------------------- the processes */

active [W] proctype Host() {
  byte me = _pid, told;
end:
  do
  :: d_step { calm && exchange[me] == 0 && hasJob -> begin(me); printf("@ begin host=%d\n", me); check() }
  /* M2 of the session that the meter is in, or of one that it has left */
  :: d_step { calm && exchange[me] == 1 && session == me + 1 && phase == 1 -> printf("@ second host=%d\n", me); decide(me, tclast, true); check() }
  :: atomic { calm && exchange[me] == 1 && lateSecond[me] != 0 ->
       if
       :: (lateSecond[me] & 1) != 0 -> told = 0
       :: (lateSecond[me] & 2) != 0 -> told = 1
       :: (lateSecond[me] & 4) != 0 -> told = 2
       :: (lateSecond[me] & 8) != 0 -> told = 3
       fi;
       printf("@ late-second host=%d told=%d\n", me, told);
       decide(me, told, false);
       told = 0;
       check() }
  :: d_step { calm && exchange[me] == 2 && fourth[me] != 0 -> printf("@ fourth host=%d\n", me); book(me); check() }
  /* carried with no answer, a lease that ran out, or a crash: all of it lives in memory alone */
  :: d_step { calm && exchange[me] != 0 ->
       printf("@ time-out host=%d\n", me);
#ifdef WRONG_REFUND_BY_TIME_OUT
       if
       :: exchange[me] == 2 && rowOp == CREDIT -> refund(rowOrder); rowTc = 0; rowOrder = 0; rowOp = 0
       :: else -> skip
       fi;
#endif
       forget(me);
       check() }
#ifdef WRONG_ROW_NOT_DURABLE
  :: d_step { calm && rowTc != 0 ->
       printf("@ crash host=%d\n", me);
       order[rowOrder] = WAITING;
       rowTc = 0;
       rowOrder = 0;
       rowOp = 0;
       forget(me);
       check() }
#endif
  od
}

active proctype Meter() {
end:
  do
  /* M1 of a host process. The same M1 again gets the same M2, or silence. */
  :: d_step { calm && exchange[0] != 0 && session != 1 -> printf("@ first host=0\n"); evicted(); session = 1; phase = 1; check() }
#if W > 1
  :: d_step { calm && exchange[1] != 0 && session != 2 -> printf("@ first host=1\n"); evicted(); session = 2; phase = 1; check() }
#endif
  /* An M1 of old or of a stranger: it takes no key to open a session. */
  :: d_step { calm && session != 0 -> printf("@ stray-first\n"); evicted(); check() }
  :: d_step { calm && phase == 1 && thirdOp != 0 ->
       printf("@ third op=%d tc=%d order=%d\n", thirdOp, thirdTc, thirdOrder);
       takeThird(thirdOp, thirdTc, thirdOrder);
       thirdOp = 0;
       thirdTc = 0;
       thirdOrder = 0;
#ifdef WRONG_ANSWER_FIRST
       if
       :: stage == FIRST_STAGE -> sayKind = (doOp == CREDIT -> CREDITED : VOIDED); sayTc = doTc; sayOrder = doOrder; sayFourth()
       :: else -> skip
       fi;
#endif
       check() }
#ifdef WRONG_SESSIONS_SIDE_BY_SIDE
  :: d_step { calm && sideOp != 0 ->
       printf("@ side-third op=%d tc=%d order=%d\n", sideOp, sideTc, sideOrder);
       leaveSession();
       takeThird(sideOp, sideTc, sideOrder);
       sideOp = 0;
       sideTc = 0;
       sideOrder = 0;
       check() }
#endif
  :: d_step { calm && draws > 0 && slotTotal[slot] > slotSpent[slot] ->
       printf("@ draw\n");
       draws--;
       held = phase;
       doOp = DRAW;
       phase = 2;
       stage = FIRST_STAGE;
       check() }
  :: d_step { !done && phase == 2 && stage != ANSWER -> commitStage(); check() }
  :: d_step { !done && phase == 2 && stage == ANSWER -> printf("@ answer kind=%d tc=%d order=%d\n", sayKind, sayTc, sayOrder); sayFourth(); endCommand(); check() }
  :: d_step { !done && (session != 0 || phase == 2) -> printf("@ cut\n"); restart(); check() }
  od
}

/* What people do, and what befalls the database. */
active proctype Office() {
end:
  do
  :: d_step { calm && order[1] == UNSOLD && !paid[1] -> printf("@ sell order=1\n"); order[1] = WAITING; paid[1] = 1; check() }
  :: d_step { calm && order[2] == UNSOLD && !paid[2] && paid[1] -> printf("@ sell order=2\n"); order[2] = WAITING; paid[2] = 1; check() }
  :: d_step { calm && (order[1] == WAITING || order[1] == OUTSTANDING) -> printf("@ void order=1\n"); takeBack(1); check() }
  :: d_step { calm && (order[2] == WAITING || order[2] == OUTSTANDING) -> printf("@ void order=2\n"); takeBack(2); check() }
  :: d_step { calm && !copied && restores > 0 && paid[1] ->
       printf("@ copy\n");
       copied = 1;
       oldOrder[1] = order[1]; oldOrder[2] = order[2]; oldOrder[3] = order[3];
       oldLast = last; oldTc = rowTc; oldRowOrder = rowOrder; oldOp = rowOp; oldWanted = queryWanted;
       check() }
  /* The copy takes the place of the database (before any copy: an empty one), and the host starts on it (X9). */
  :: d_step { calm && restores > 0 && paid[1] ->
       printf("@ restore\n");
       restores--;
#ifdef REACH_RESTORED
       if :: applied[1] && tclast == 2 && receiptKind[2] == VOIDED -> witness = 1 :: else -> skip fi;
#endif
       i = 0;
       do :: i < W -> forget(i); i++ :: else -> break od;
       order[1] = oldOrder[1]; order[2] = oldOrder[2]; order[3] = oldOrder[3];
       last = oldLast; rowTc = oldTc; rowOrder = oldRowOrder; rowOp = oldOp; queryWanted = oldWanted;
       oldOrder[1] = 0; oldOrder[2] = 0; oldOrder[3] = 0; oldLast = 0; oldTc = 0; oldRowOrder = 0; oldOp = 0; oldWanted = 0; copied = 0;
#ifndef WRONG_NO_QUERY
       queryWanted = 1;
#endif
       /* Reconciled with the payment provider, before any M3: what it was paid is sold again, what it gave back is taken back. */
       if :: paid[1] && order[1] == UNSOLD -> order[1] = WAITING :: else -> skip fi;
       if :: paid[2] && order[2] == UNSOLD -> order[2] = WAITING :: else -> skip fi;
#ifndef WRONG_NO_RECONCILING
       if :: givenBack[1] -> takeBack(1) :: else -> skip fi;
       if :: givenBack[2] -> takeBack(2) :: else -> skip fi;
#endif
       i = 0;
       check() }
  /* Another host, with books of its own and the same keys, stores a value: whole, in a session of its own. */
  :: d_step { calm && foreigns > 0 ->
       printf("@ foreign\n");
       foreigns--;
       evicted();
       takeThird(CREDIT, tclast + 1, FOREIGN);
       do :: phase == 2 && stage != ANSWER -> commitStage() :: else -> break od;
       endCommand();
       check() }
#ifndef STEPS_ONLY
  /* From any state: no more faults, the host tries again and again. Then everything is settled. */
  :: d_step { calm ->
       printf("@ settle\n");
       done = 1;
       i = 0;
       do :: i < W -> forget(i); i++ :: else -> break od;
       i = 0;
       leaveSession();
       do
       :: rounds < 9 && hasJob ->
          rounds++;
          begin(0);
          session = 1;
          phase = 1;
          decide(0, tclast, true);
          if
          :: exchange[0] == 2 ->
             takeThird(thirdOp, thirdTc, thirdOrder);
             thirdOp = 0;
             do :: phase == 2 && stage != ANSWER -> commitStage() :: else -> break od;
             sayFourth();
             endCommand();
             book(0)
          :: else -> skip
          fi;
          leaveSession()
       :: else -> break
       od;
       check();
       must(frozen || (!isOpen(1) && !isOpen(2) && rowTc == 0 && !queryWanted), "! an order is never settled\n");
       must(frozen || ((!paid[1] || givenBack[1] != applied[1]) && (!paid[2] || givenBack[2] != applied[2])), "! what was paid is neither stored nor given back\n");
       must(frozen || last == tclast || (applied[3] && order[3] == UNSOLD && last + 1 == tclast), "! the books do not know the meter's last TC\n");
     }
#endif
  od
}
