import { Suite } from '../crypto/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { assertNever, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { createAgentOffice } from './agent-office.ts';
import { agentBy, agentOfMember } from './agents.ts';
import { approvalMissesKey, decide, propose } from './approvals.ts';
import { readBalance } from './balance.ts';
import { importTable } from './bulk-import.ts';
import { calendarOver } from './calendar.ts';
import { CardDesk } from './card-desk.ts';
import { CardErrands } from './card-errands.ts';
import { createCardHost } from './card-host.ts';
import { CardPipe } from './card-pipe.ts';
import { type Agreement, agree, contractUnknown, endContract, transferAll } from './contracts.ts';
import { requestCommand } from './control.ts';
import { readCutOffs } from './cut-offs.ts';
import { DayLedger } from './day-ledger.ts';
import { Dispatcher } from './dispatch.ts';
import { EnergyBalancing } from './energy-balancing.ts';
import {
  fail,
  findMeter,
  isFailure,
  meterUnknown,
  orStoreFailure,
  parseMeterNumber,
  subscriberUnknown,
} from './failures.ts';
import { Forecasts } from './forecast.ts';
import { readGrid } from './grid.ts';
import { grouped } from './group.ts';
import { Hearing } from './hearing.ts';
import { inspect, inspectionsOf } from './inspections.ts';
import { monitoringInDoubt, nextKeyMissing } from './key-change.ts';
import { KeyHanding } from './key-handing.ts';
import { newestHeld, planRotation, rotate } from './key-rotation.ts';
import { KeyTimer } from './key-timer.ts';
import { keyUse } from './key-use.ts';
import { LedgerReader } from './ledger.ts';
import { readLineDay } from './line-day.ts';
import { lineNetwork, putLineNetwork } from './line-networks.ts';
import { checkMinutes, lineViews } from './lines.ts';
import { readMinutes } from './load.ts';
import { changeLossAlarm, type LossAlarmChange, lineBalances, lossAlarm, lossAlarms } from './loss-alarms.ts';
import { moveIn, moveOut, payOutRest, tenanciesOf, tenanciesOfPerson } from './moving.ts';
import type { Act, Office } from './office.ts';
import { readOutages } from './outages.ts';
import { readOutlook } from './outlook.ts';
import { EnergySums, readOverview } from './overview.ts';
import { payDues, personDues } from './paying-dues.ts';
import { payOut } from './payment-sale.ts';
import {
  type ChipSaid,
  cancelPayment,
  type PaymentAsked,
  Payments,
  paymentUnknown,
  unsettledPayments,
} from './payments.ts';
import { readPolicy } from './policy.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { Presence } from './presence.ts';
import { issueDue, receiptsOf } from './receipting.ts';
import { addSubscriber, changeSubscriber, enrol, readdress } from './registry.ts';
import { payeeAccount, type Remitting, remit, remittanceBy } from './remittances.ts';
import { replaceMeter } from './replacement.ts';
import { Restoration } from './restoration.ts';
import { revivalOf } from './revivals.ts';
import { rotationsOf } from './rotation-row.ts';
import { findMeters, findSubscribers } from './search.ts';
import type {
  ControlRequest,
  Enrolment,
  HostCounters,
  HostInput,
  HostServices,
  HostSettings,
  MeterView,
  Sale,
  SubscriberChange,
} from './services.ts';
import { type CloseRequest, closedPeriod, closePeriod, closings } from './settlement.ts';
import { claimsOf } from './settlement-exchange.ts';
import { openShiftOf } from './shifts.ts';
import { SlotPayments } from './slot-payments.ts';
import { standingOf } from './standing.ts';
import { readStatement } from './statement-reading.ts';
import { stayOf, whoseAre } from './stay.ts';
import { previewTariff } from './tariff-preview.ts';
import { readTariffWeek } from './tariff-week.ts';
import { assignTariff, latestTariffs, publishTariff, tariffVersions } from './tariffs.ts';
import { putTemperatures, readTemperatures } from './temperatures.ts';
import { termsOf } from './terms.ts';
import { stateOf } from './things.ts';
import { bookDebt, type Debt, duesNow, type Purchase, publishTerms, quote, tradeAll, tradeOf } from './trading.ts';
import { postingPage, TrialBalanceReader } from './trial-balance.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import {
  type HostFailure,
  Lane,
  type Meter,
  type Payment,
  type Purse,
  type Subscriber,
  type Terms,
  type Webhook,
} from './types.ts';
import { useOf } from './use.ts';
import { ValueHold } from './value-hold.ts';
import { closePurse, orderUnknown, sellAll, voidOrder } from './vending.ts';
import { vendOf, vendsOf } from './vends.ts';
import { readVoltages } from './voltages.ts';
import {
  addWebhook,
  deleteWebhook,
  deliverAll,
  deliveriesOf,
  retryDeliveries,
  undelivered,
  webhooksOf,
} from './webhooks.ts';
import { type Acted, witnessed, witnessedAll } from './witness.ts';
import { wake } from './work.ts';

/** How far ahead the clock's floor is stored: one write a minute, not one a tick. */
const INSTANT_AHEAD_MS = 60_000;
/** Sales that came one by one and are made durable in one step. */
const GROUP_MAX = 1_000;

/** The host of FIG. 5, part 30: sells, carries, books and watches. All that must survive is in the store. */
export function createHost(ports: HostPorts, settings: HostSettings): HostServices {
  const { store, clock } = ports;
  const counters: HostCounters = {
    carries: 0,
    answers: 0,
    noAnswers: 0,
    refusals: 0,
    ignoredFrames: 0,
    recordsNotUnderstood: 0,
    strayMessages: 0,
    keysMissing: 0,
  };
  const hold = new ValueHold(ports);
  const desk = new CardDesk(ports, hold);
  const pipe = new CardPipe(ports);
  const payments = new Payments(ports, settings.zone, hold);
  const slots = new SlotPayments(ports, settings.zone, payments);
  const dispatcher = new Dispatcher(ports, counters, { desk, hold, slots });
  const handing = new KeyHanding(ports, counters);
  const ledger = new LedgerReader();
  const restoration = new Restoration(ports, { hold, ledger });
  const dayLedger = new DayLedger();
  const energy = new EnergySums();
  const balancing = new EnergyBalancing(ports, settings.zone);
  const accounts = new TrialBalanceReader();
  const forecasts = new Forecasts(store, settings.zone);
  const hearing = new Hearing(ports, settings, counters, { dispatcher, pipe, handing, slots });
  const { roundMs } = hearing;
  const { rotation: timings } = settings;
  const timer = timings && new KeyTimer(ports, { timings, zone: settings.zone, roundMs });
  const presence =
    settings.process === undefined ? undefined : new Presence(ports, settings.process, () => dispatcher.underWay);
  let instantReserved = 0;
  /** The day of the newest head of the books, counted from 1970. */
  let headDay = -1;

  /** A request in one transaction; a failure as a value keeps what the transaction wrote, which is nothing. */
  const request = <T extends object>(
    work: (tx: StoreTransaction, now: Milliseconds) => Promise<T>,
    act?: Act,
  ): Promise<T | HostFailure> =>
    orStoreFailure(store.transaction((tx) => witnessed(tx, act, () => work(tx, clock.now()))));

  const dated = <T extends object>(
    work: (tx: StoreTransaction, now: Milliseconds) => Promise<T>,
    act?: Act,
  ): Promise<T | HostFailure> => request<T | HostFailure>(async (tx, now) => calendarOver(now) ?? work(tx, now), act);

  /** Sends what requests made due. They stand whatever becomes of that: the next tick sends it. */
  /** What was sold for a card waits for it. */
  const dispatchPaid = (paid: readonly Payment[]) =>
    dispatchToAll(
      paid.flatMap(({ state, svpmsn }) => (state === 'approved' && svpmsn !== undefined ? [{ svpmsn }] : [])),
    );

  async function dispatchToAll(made: readonly { readonly svpmsn: Svpmsn }[]): Promise<void> {
    const ids = [...new Set(made.map(({ svpmsn }) => svpmsn))];
    const meters = await orStoreFailure(store.read((tx) => tx.metersOf(ids)));
    if ('reason' in meters) return;
    const units = new Set(meters.flatMap((meter) => (meter === undefined ? [] : [meter.localUnit])));
    for (const unit of units) await orStoreFailure(dispatcher.dispatch(unit));
  }

  async function andDispatch<T extends { readonly svpmsn: Svpmsn } | HostFailure>(answer: Promise<T>): Promise<T> {
    const made = await answer;
    if ('svpmsn' in made) await dispatchToAll([made]);
    return made;
  }

  /** Many requests in one transaction, each all or nothing. */
  async function inGroup<I, T extends object>(
    acted: readonly Acted<I>[],
    work: (tx: StoreTransaction, inputs: readonly I[], now: Milliseconds) => Promise<(T | HostFailure)[]>,
  ): Promise<(T | HostFailure)[]> {
    const answers = await orStoreFailure(
      store.transaction((tx) => witnessedAll(tx, acted, (inputs) => work(tx, inputs, clock.now())), { inTurn: true }),
    );
    return 'reason' in answers ? acted.map(() => answers) : answers;
  }
  const inNobodysName = <I>(inputs: readonly I[]): Acted<I>[] => inputs.map((input) => ({ act: undefined, input }));

  const errands = new CardErrands(ports, desk);
  const cards = createCardHost(ports, { desk, pipe, errands, request, ledger, zone: settings.zone });
  const sellGroup = (sales: readonly Acted<Sale>[]) => inGroup(sales, sellAll);
  const buyGroup = (purchases: readonly Acted<Purchase>[]) =>
    inGroup(purchases, (tx, inputs, now) => tradeAll(tx, inputs, settings.zone, now));

  const sell = grouped(
    async (sales: readonly Acted<Sale>[]) => {
      const answers = await sellGroup(sales);
      await dispatchToAll(answers.filter((answer) => 'svpmsn' in answer));
      return answers;
    },
    GROUP_MAX,
    ports.gather,
  );
  const buy = grouped(
    async (purchases: readonly Acted<Purchase>[]) => {
      const answers = await buyGroup(purchases);
      await dispatchToAll(answers.flatMap((answer) => (isFailure(answer) ? [] : [answer.order])));
      return answers;
    },
    GROUP_MAX,
    ports.gather,
  );

  async function tick(): Promise<void> {
    const now = clock.now();
    if (now >= instantReserved) {
      const ahead = now + INSTANT_AHEAD_MS;
      await store.transaction((tx) => tx.setFact('instant-reserved', ahead));
      instantReserved = ahead;
    }
    const day = Math.floor(now / MS_PER_DAY);
    if (day > headDay) {
      headDay = day;
      await ports.books?.signHead({ now });
    }
    pipe.tick(now);
    await handing.tick(now);
    await dispatcher.tick();
    await balancing.tick(now);
  }

  async function heard(input: HostInput): Promise<void> {
    switch (input.type) {
      case 'tick':
        return tick();
      case 'beat':
        await presence?.beat();
        return;
      case 'grid':
        return hearing.hear(input.localUnit, input.message);
      case 'grid-all':
        return hearing.hearAll(input.said);
      default:
        assertNever(input);
    }
  }

  /** What a request may change; by somebody, or by the program itself. */
  const changes = (act?: Act) => ({
    addSubscriber: (subscriber: Subscriber) => request((tx) => addSubscriber(tx, subscriber), act),
    changeSubscriber: (change: SubscriberChange) => request((tx) => changeSubscriber(tx, change), act),
    enrol: async (enrolment: Enrolment) => {
      const meter = await dated((tx, now) => enrol(tx, enrolment, settings, now), act);
      if (isFailure(meter)) return meter;
      await orStoreFailure(hearing.sendAddressMap(meter.localUnit));
      // The plan asks for the profiles of so many supplies.
      if (meter.supplies > 1) await orStoreFailure(hearing.sendPollPlan(meter.localUnit));
      return meter;
    },
    readdress: async (move: { readonly meter: number; readonly modemAddress: number }) => {
      const meter = await dated((tx, now) => readdress(tx, move, now), act);
      if (!isFailure(meter)) await orStoreFailure(hearing.sendAddressMap(meter.localUnit));
      return meter;
    },

    sell: (sale: Sale) => sell({ act, input: sale }),
    purchase: (purchase: Purchase) => buy({ act, input: act === undefined ? purchase : { ...purchase, by: act.by } }),
    payOut: (orderId: string) => request((tx, now) => payOut(tx, orderId, now, act?.by), act),
    async pay(asked: PaymentAsked) {
      const payment = await payments.pay(asked, act);
      if (!isFailure(payment)) await dispatchPaid([payment]);
      return payment;
    },
    async chipSaid(said: ChipSaid) {
      const payment = await payments.chipSaid(said, act);
      if (!isFailure(payment)) await dispatchPaid([payment]);
      return payment;
    },
    cancelPayment: (id: string) => request((tx, now) => cancelPayment(tx, id, now), act),
    agreeContract: (agreement: Agreement) => request((tx, now) => agree(tx, agreement, ports.payments, now), act),
    endContract: (meter: number) => request((tx) => endContract(tx, meter), act),
    publishTerms: (terms: Terms) => request((tx, now) => publishTerms(tx, terms, settings.zone, now), act),
    bookDebt: (debt: Debt) => request((tx, now) => bookDebt(tx, debt, settings.zone, now), act),
    addWebhook: (webhook: Omit<Webhook, 'createdAt'>) =>
      request((tx, now) => addWebhook(tx, webhook, ports.webhooks, now), act),
    deleteWebhook: (id: string) => request((tx) => deleteWebhook(tx, id), act),
    retryWebhook: (id: string) => request((tx, now) => retryDeliveries(tx, id, now), act),
    closePeriod: (closing: CloseRequest) =>
      orStoreFailure(closePeriod(store, closing, settings.zone, clock.now(), act)),

    reconciled: (port: string) => request((tx, now) => restoration.reconciled(tx, port, now), act),
    closePurse: (closing: { readonly meter: number; readonly orderId: string }) =>
      andDispatch(request((tx, now) => closePurse(tx, closing, now), act)),
    unfreeze: (meter: number) => andDispatch(request((tx, now) => unfreeze(tx, meter, now), act)),

    command: async (meter: number, command: ControlRequest) => {
      const missing = command.type === 'key-change' ? await nextKeyMissing(ports, meter, command.purpose) : undefined;
      if (missing !== undefined) return missing;
      const queued = await andDispatch(dated((tx, now) => requestCommand(tx, meter, command, now), act));
      if (!isFailure(queued) && queued.state === 'awaiting-local-unit') await orStoreFailure(handing.hand([queued]));
      return queued;
    },
    publishTariff: (name: string, definition: TariffDefinition, validFrom?: Milliseconds) =>
      dated((tx, now) => publishTariff(tx, { name, definition, validFrom: validFrom ?? now }, settings.zone, now), act),
    assignTariff: (meter: number, name: string) =>
      dated((tx, now) => assignTariff(tx, { meter, name }, settings.zone, now), act),
  });

  const agentOffice = createAgentOffice({ store, request, buy, dispatchToAll });
  const remittingAt = (now: Milliseconds) => ({ ledger, zone: settings.zone, now });
  const by = (act: Act): Office => ({
    ...changes(act),
    ...agentOffice(act),
    ...cards.office(act),
    replaceMeter: (asked) => andDispatch(dated((tx, now) => replaceMeter(tx, asked, now), act)),
    moveOut: (asked) => andDispatch(dated((tx, now) => moveOut(tx, asked, settings.zone, now), act)),
    moveIn: (asked) => andDispatch(dated((tx, now) => moveIn(tx, asked, settings.zone, now), act)),
    payOutRest: (rest) => request((tx, now) => payOutRest(tx, rest, act.by, now), act),
    payDues: (payment) => request((tx, now) => payDues(tx, payment, act.by, now), act),
    async rotateKeys(asked) {
      const generation = await newestHeld(ports, asked);
      if (typeof generation === 'object') return generation;
      return dated((tx, now) => rotate(tx, asked, { generation, now, roundMs }), act);
    },
    inspect: (inspecting) => request((tx, now) => inspect(tx, inspecting, { by: act.by, now }), act),
    changeLossAlarm: (change: LossAlarmChange) =>
      request((tx, now) => changeLossAlarm(tx, change, { by: act.by, now }), act),
    takeRemittance: (taken: Remitting) =>
      request((tx, now) => remit(tx, { ...taken, amount: -taken.amount }, act.by, remittingAt(now)), act),
    putTemperatures: (given) => request((tx, now) => putTemperatures(tx, given, now), act),
    putLineNetwork: (network) => request((tx) => putLineNetwork(tx, network), act),
    propose: (asked) => request((tx, now) => propose(tx, act, asked, remittingAt(now)), act),
    async decide(decision) {
      const missing = await orStoreFailure(approvalMissesKey(ports, decision));
      if (missing !== undefined) return missing;
      const decided = await request((tx, now) => decide(tx, act, decision, remittingAt(now)), act);
      if (!isFailure(decided) && decided.done !== undefined) await dispatchToAll([decided.done]);
      return decided;
    },
  });

  return {
    async start() {
      const restored = (await store.read((tx) => tx.fact('restored'))) === 1;
      // Heads that were signed since the copy was made are of another branch. These books say so themselves, and before
      // they forget it: a host that dies in between says it once more.
      if (restored) await ports.books?.signHead({ now: clock.now(), restored });
      const doubtful = restored ? await monitoringInDoubt(ports) : [];
      await store.transaction(async (tx) => {
        const now = clock.now();
        if ((await tx.fact('restored')) === 1) await restoration.begin(tx, doubtful, now);
        // Whoever is alone died with what it was at. Of several each finds out who is gone.
        if (presence === undefined) await tx.releaseAllWork(now);
        instantReserved = (await tx.fact('instant-reserved')) ?? 0;
      });
      if (ports.books !== undefined) {
        const [head] = await store.read((tx) => tx.heads.page({ limit: 1 }));
        headDay = head === undefined ? -1 : Math.floor(head.at / MS_PER_DAY);
      }
      await tick();
    },
    here: () => ({ zone: settings.zone, now: clock.now() }),
    handle: heard,

    ...changes(),
    ...cards.services,
    sellAll: (sales) => sellGroup(inNobodysName(sales)),
    purchaseAll: (purchases) => buyGroup(inNobodysName(purchases)),
    quote: (purchase) => orStoreFailure(store.read((tx) => quote(tx, purchase, settings.zone, clock.now()))),
    paymentNotice: (notice) => payments.notice(notice),
    async settlePayments() {
      await payments.settle();
      const begun = await transferAll(ports, payments, settings.zone);
      await dispatchPaid(begun);
    },
    askBanks: (stopped) => slots.serve(stopped),
    contract: (meter) =>
      orStoreFailure(store.read(async (tx) => (await tx.contracts.of([String(meter)]))[0] ?? contractUnknown(meter))),
    payment: (id) => orStoreFailure(store.read(async (tx) => (await tx.payments.of([id]))[0] ?? paymentUnknown(id))),
    payments: (query) => store.read((tx) => tx.payments.page(query)),
    unsettledPayments: (query) => store.read((tx) => unsettledPayments(tx, query)),
    paymentPorts: () => [...(ports.payments ?? [])].map(([name, { method }]) => ({ name, method })),
    trade: (orderId) => orStoreFailure(store.read((tx) => tradeOf(tx, orderId))),

    issueReceipts: () => issueDue(ports, settings.zone),
    receipts: (orderId) => orStoreFailure(store.read((tx) => receiptsOf(tx, orderId))),

    webhooks: () => store.read(webhooksOf),
    undelivered: () => store.read(undelivered),
    deliveries: (webhook) => orStoreFailure(store.read((tx) => deliveriesOf(tx, webhook))),
    deliverWebhooks: () => deliverAll(ports),

    agents: (query) => store.read((tx) => tx.agents.page(query)),
    agent: (id) => orStoreFailure(store.read((tx) => agentBy(tx, id))),
    agentMembers: (agent) =>
      orStoreFailure(
        store.read(async (tx) => {
          const found = await agentBy(tx, agent);
          return isFailure(found) ? found : tx.agentMembers.where('agent', agent);
        }),
      ),
    agentOfMember: (member) => orStoreFailure(store.read((tx) => agentOfMember(tx, member))),
    vend: (named) => orStoreFailure(store.read((tx) => vendOf(tx, named))),
    vends: (query) => store.read((tx) => vendsOf(tx, query)),
    shifts: (query) => store.read((tx) => tx.shifts.page(query)),
    openShiftOf: (person) => orStoreFailure(store.read((tx) => openShiftOf(tx, person))),

    terms: () => store.read(termsOf),
    duesOfPerson: (subscriber) => orStoreFailure(store.read((tx) => personDues(tx, subscriber))),
    inspections: (query) => orStoreFailure(store.read((tx) => inspectionsOf(tx, query))),
    tenanciesOfPerson: (subscriber) => orStoreFailure(store.read((tx) => tenanciesOfPerson(tx, subscriber))),
    tenancies: (meter) => orStoreFailure(store.read((tx) => tenanciesOf(tx, meter))),
    stay: (whose) => orStoreFailure(store.read((tx) => stayOf(tx, whose))),
    whose: (happened) => store.read((tx) => whoseAre(tx, happened)),
    dues: (meter) => orStoreFailure(store.read((tx) => duesNow(tx, meter, settings.zone, clock.now()))),

    voidOrder: (orderId) => andDispatch(request((tx, now) => voidOrder(tx, orderId, now))),
    by,

    importTable: async (asked, act) =>
      calendarOver(clock.now()) ??
      orStoreFailure(importTable(store, asked, { settings, keys: ports.keys }, act, clock.now())),

    periods: () => store.read(closings),
    remittance: (id) => orStoreFailure(store.read((tx) => remittanceBy(tx, id))),
    remittances: ({ payee, ...page }) =>
      store.read((tx) => tx.remittances.inOrder('payee', payee, 'at', { falling: true, ...page })),
    payeeAccount: (payee) => orStoreFailure(store.read((tx) => payeeAccount(tx, payee, ledger))),
    period: (month) => orStoreFailure(closedPeriod(store, month)),
    claims: (month) => claimsOf(store, month),

    books: () => store.read((tx) => ledger.books(tx)),
    overview: () =>
      store.read((tx) =>
        readOverview(tx, { ledger, day: dayLedger, energy, zone: settings.zone, roundMs }, clock.now()),
      ),
    grid: (of) => store.read((tx) => readGrid(tx, of, { ledger, now: clock.now(), roundMs })),
    subscriber: (id) => orStoreFailure(store.read(async (tx) => (await tx.subscriber(id)) ?? subscriberUnknown(id))),
    subscribers: (query = {}) => store.read((tx) => findSubscribers(tx, query)),
    meters: (of = {}) =>
      store.read(async (tx) => {
        const now = clock.now();
        return viewsOf(tx, await findMeters(tx, of, { now, roundMs }), now, roundMs);
      }),
    meter: (number) =>
      orStoreFailure(
        store.read(async (tx) => {
          const id = parseMeterNumber(number);
          if (typeof id !== 'number') return id;
          const [meter] = await tx.metersOf([id]);
          if (meter === undefined) return meterUnknown(id);
          const [view] = await viewsOf(tx, [meter], clock.now(), roundMs);
          return view as MeterView;
        }),
      ),
    order: (id) => orStoreFailure(store.read(async (tx) => (await tx.ordersOf([id]))[0] ?? orderUnknown(id))),
    orders: (query) => store.read((tx) => tx.orders(query)),
    unsettledOrders: () => store.read((tx) => tx.unsettledOrders()),
    revival: (meter) => orStoreFailure(store.read((tx) => revivalOf(tx, meter))),
    commands: (meter) => store.read((tx) => tx.commands(meter as Svpmsn)),
    tariffs: () => store.read(latestTariffs),
    tariffVersions: (query) => store.read((tx) => tariffVersions(tx, query)),
    planRotation: (asked) => orStoreFailure(planRotation(ports, asked, { now: clock.now(), roundMs })),
    rotateDueKeys: async () => timer?.step(),
    keyRotations: () => store.read((tx) => rotationsOf(tx, timings ?? {})),
    allKeyRotations: () => store.read((tx) => rotationsOf(tx)),
    keyUse: async () => keyUse(await store.read((tx) => tx.meters())),
    events: (query) => store.read((tx) => tx.events(query)),
    postings: (query) => store.read((tx) => tx.postings(query)),
    postingPage: (query) => store.read((tx) => postingPage(tx, query)),
    trialBalance: () => store.read((tx) => accounts.read(tx)),
    heads: (query) => store.read((tx) => tx.heads.page(query)),
    use: (query) => orStoreFailure(store.read((tx) => useOf(tx, query, settings.zone))),
    statement: (query) => orStoreFailure(store.read((tx) => readStatement(tx, query, settings.zone, clock.now()))),
    minutes: (query) => orStoreFailure(store.read((tx) => readMinutes(tx, query, settings.zone, clock.now()))),
    voltages: (query) => orStoreFailure(store.read((tx) => readVoltages(tx, query, settings.zone, clock.now()))),
    balance: (query) => orStoreFailure(store.read((tx) => readBalance(tx, query, settings.zone, clock.now()))),
    outlook: (meter) => orStoreFailure(store.read((tx) => readOutlook(tx, meter, settings.zone, clock.now()))),
    policy: (meter) => orStoreFailure(store.read((tx) => readPolicy(tx, meter))),
    tariffWeek: (query) => orStoreFailure(store.read((tx) => readTariffWeek(tx, query, settings.zone, clock.now()))),
    previewTariff: (query) => orStoreFailure(store.read((tx) => previewTariff(tx, query, settings.zone, clock.now()))),
    cutOffs: (query) => orStoreFailure(store.read((tx) => readCutOffs(tx, query, settings.zone))),
    lines: () => store.read((tx) => lineViews(tx, clock.now())),
    lineDay: (query) => orStoreFailure(store.read((tx) => readLineDay(tx, query, settings.zone, clock.now()))),
    lineBalances: (query) => store.read((tx) => lineBalances(tx, query)),
    forecast: (query) => orStoreFailure(forecasts.read(query, clock.now())),
    outages: (query) => orStoreFailure(store.read((tx) => readOutages(tx, query, roundMs, clock.now()))),
    temperatures: (span) => orStoreFailure(store.read((tx) => readTemperatures(tx, span))),
    lineNetwork: (localUnit) => orStoreFailure(store.read((tx) => lineNetwork(tx, localUnit))),
    lossAlarm: (id) => orStoreFailure(store.read((tx) => lossAlarm(tx, id))),
    lossAlarms: (query) => store.read((tx) => lossAlarms(tx, query)),
    checkMinutes: (query) => orStoreFailure(store.read((tx) => checkMinutes(tx, query))),
    restoration: () => orStoreFailure(store.read((tx) => restoration.view(tx))),
    stateOf: (thing) => store.read((tx) => stateOf(tx, thing)),
    counters: () => ({ ...counters }),
    instantReserved: () => store.read(async (tx) => ((await tx.fact('instant-reserved')) ?? 0) as Milliseconds),
    meterNumber: parseMeterNumber,
  };
}

async function unfreeze(tx: StoreTransaction, number: number, now: Milliseconds): Promise<Purse | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter, purse } = found;
  if (purse.freeze === undefined)
    return fail('meter-not-frozen', 'This meter is not frozen: there is nothing to release.');
  const queryWanted = meter.suite !== Suite.tripleDes;
  const released: Purse = { ...purse, freeze: undefined, frozenAt: undefined, queryWanted };
  await tx.putPurse(released);
  await wake(tx, [meter], Lane.value, now);
  return released;
}

async function viewsOf(
  tx: StoreReads,
  meters: readonly Meter[],
  now: Milliseconds,
  roundMs: number,
): Promise<MeterView[]> {
  const ids = meters.map(({ svpmsn }) => svpmsn);
  const purses = await tx.pursesOf(ids);
  const known = await tx.knowledgeOf(ids);
  const age = (at: Milliseconds | undefined) => (at === undefined ? undefined : Math.max(0, now - at));
  return meters.map((meter, i) => {
    const { heardAt, balanceAt, flagsAt, infoAt, policyAt, profileDay, attentionAt } = known[i] ?? {};
    const profileAt = profileDay === undefined ? undefined : (((profileDay + 1) * MS_PER_DAY) as Milliseconds);
    const purse = purses[i] as Purse;
    const silentMs = age(heardAt);
    return {
      meter,
      purse,
      known: known[i],
      standing: standingOf({
        purse,
        isUnoccupied: meter.subscriber === UNOCCUPIED,
        known: known[i],
        silentMs,
        roundMs,
      }),
      age: {
        heard: silentMs,
        balance: age(balanceAt),
        flags: age(flagsAt),
        info: age(infoAt),
        policy: age(policyAt),
        profile: age(profileAt),
        attention: age(attentionAt),
      },
    };
  });
}

const MS_PER_DAY = 86_400_000;
