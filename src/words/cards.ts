import type { Language } from './language.ts';

type RegionWord = 'electricity' | 'gas' | 'water' | 'hotWater' | 'heat' | 'payTv';
type CardStateWord = 'active' | 'lost' | 'blocked' | 'replaced';
type OrderState = 'waiting' | 'outstanding' | 'voiding' | 'stored' | 'refunded' | 'closed' | 'found' | 'lost';
type Freeze =
  | 'card-behind-host'
  | 'gap-longer-than-ring'
  | 'amount-differs'
  | 'txid-twice'
  | 'debits-behind'
  | 'debits-differ';

/** Of purse cards, what is sold to them, and the meters without a line that they carry it to. */
export interface CardWords {
  readonly note: string;
  readonly cards: string;
  readonly meters: string;
  readonly regions: Readonly<Record<RegionWord, string>>;
  readonly states: Readonly<Record<CardStateWord, string>>;
  readonly orderStates: Readonly<Record<OrderState, string>>;
  readonly operations: Readonly<Record<'credit' | 'close' | 'release', string>>;
  readonly freezes: Readonly<Record<Freeze, string>>;
  readonly search: string;
  readonly searchHint: string;
  readonly state: string;
  readonly anyState: string;
  readonly waiting: string;
  readonly none: string;
  readonly nothing: string;
  readonly number: string;
  readonly subscriber: string;
  readonly regionsOn: string;
  readonly balance: string;
  readonly unread: string;
  readonly totals: string;
  readonly noTotals: string;
  readonly provider: string;
  readonly inFlight: string;
  readonly onCards: string;
  readonly inMeters: string;
  readonly spent: string;
  readonly exposure: string;
  readonly exposureHint: string;
  readonly books: string;
  readonly balanced: string;
  readonly unbalanced: string;
  readonly frozenRegions: string;
  readonly issue: string;
  readonly issueHint: string;
  readonly numberHint: string;
  readonly numberWrong: string;
  readonly key: string;
  readonly keyHint: string;
  readonly noProvider: string;
  readonly card: string;
  readonly issued: string;
  readonly ended: string;
  readonly replacedBy: string;
  readonly toldAt: string;
  readonly loaded: string;
  readonly handed: string;
  readonly pending: string;
  readonly pendingIn: string;
  readonly ticket: string;
  readonly noTicket: string;
  readonly version: string;
  readonly orders: string;
  readonly ordersWaiting: string;
  readonly noOrders: string;
  readonly ordered: string;
  readonly what: string;
  readonly region: string;
  readonly value: string;
  readonly paid: string;
  readonly paidOut: string;
  readonly tickets: string;
  readonly ticketsWaiting: string;
  readonly noTickets: string;
  readonly meter: string;
  readonly limit: string;
  readonly expires: string;
  readonly expired: string;
  readonly epoch: string;
  readonly taken: string;
  readonly notTaken: string;
  readonly sell: string;
  readonly sellHint: string;
  readonly method: string;
  readonly end: string;
  readonly endHint: string;
  readonly whyEnd: string;
  readonly replace: string;
  readonly replaceHint: string;
  readonly newNumber: string;
  readonly recovery: string;
  readonly recoveryHint: string;
  readonly recoveryWaiting: string;
  readonly recovered: string;
  readonly now: string;
  readonly later: string;
  readonly laterFrom: string;
  readonly notKnown: string;
  readonly recover: string;
  readonly recoverAsk: string;
  readonly recoverFirst: string;
  readonly unfreeze: string;
  readonly unfreezeAsk: string;
  readonly empty: string;
  readonly emptyAsk: string;
  readonly release: string;
  readonly releaseAsk: string;
  readonly takeBack: string;
  readonly takeBackAsk: string;
  readonly payOut: string;
  readonly payOutAsk: string;
  readonly metersWaiting: string;
  readonly noMeters: string;
  readonly reported: string;
  readonly never: string;
  readonly register: string;
  readonly owed: string;
  readonly fromCards: string;
  readonly doubt: string;
  readonly enrol: string;
  readonly enrolHint: string;
  readonly meterNumber: string;
}

export const CARD_WORDS: Readonly<Record<Language, CardWords>> = {
  en: {
    note: 'Cards that carry value to meters without a line. Amounts are as the cards told when they were last read.',
    cards: 'Cards',
    meters: 'Meters without a line',
    regions: {
      electricity: 'Electricity',
      gas: 'Gas',
      water: 'Water',
      hotWater: 'Hot water',
      heat: 'Heat',
      payTv: 'Pay TV',
    },
    states: { active: 'In use', lost: 'Lost', blocked: 'Blocked', replaced: 'Replaced' },
    orderStates: {
      waiting: 'Waits for the card',
      outstanding: 'On its way',
      voiding: 'Being taken back',
      stored: 'On the card',
      refunded: 'Refunded',
      closed: 'Ended',
      found: 'Found on the card',
      lost: 'Went down with the card',
    },
    operations: { credit: 'Load', close: 'Take all off', release: 'End what is pending' },
    freezes: {
      'card-behind-host': 'It knows fewer loads than were booked.',
      'gap-longer-than-ring': 'It knows more loads than it keeps receipts of, and the books do not have them.',
      'amount-differs': 'It has another amount under a load than was booked.',
      'txid-twice': 'It holds a load under the name of another.',
      'debits-behind': 'It has given away less than it told before.',
      'debits-differ': 'It has given away another sum with the same number of debits.',
    },
    search: 'Card or subscriber',
    searchHint: 'Number of a card, or id of a subscriber',
    state: 'State',
    anyState: 'Any state',
    waiting: 'Reading the cards …',
    none: 'No cards yet. Personalise one, and say here whose it is.',
    nothing: 'No such card.',
    number: 'Number',
    subscriber: 'Subscriber',
    regionsOn: 'For',
    balance: 'Balance',
    unread: 'not read yet',
    totals: 'Value by provider',
    noTotals: 'There is no provider yet whose value cards could carry.',
    provider: 'Provider',
    inFlight: 'Sold, not loaded',
    onCards: 'On cards',
    inMeters: 'In meters',
    spent: 'Spent',
    exposure: 'Exposure',
    exposureHint:
      'Exposure is the most that meters can take under tickets that nobody can call back: what lost or copied cards can cost until their tickets end.',
    books: 'Books',
    balanced: 'balanced',
    unbalanced: 'do not come out even',
    frozenRegions: '{} frozen',
    issue: 'Issue a card',
    issueHint: 'Says who has a card, as it was personalised. Nothing is on it yet.',
    numberHint: '14 digits of 0 to 9 and a to f, as on the card',
    numberWrong: '14 digits of 0 to 9 and a to f',
    key: 'Name of the key',
    keyHint: 'n, 0 to 255, as it was personalised',
    noProvider: 'Add a provider first: it says for whom cards carry value.',
    card: 'Card {}',
    issued: 'Issued',
    ended: 'Ended',
    replacedBy: 'Replaced by',
    toldAt: 'Last read',
    loaded: 'Loaded in all',
    handed: 'Given to meters',
    pending: 'Pending',
    pendingIn: '{} in meter {}',
    ticket: 'Newest ticket',
    noTicket: 'none',
    version: 'Version',
    orders: 'Orders',
    ordersWaiting: 'Reading the orders …',
    noOrders: 'Nothing was sold to it yet.',
    ordered: 'Ordered',
    what: 'What',
    region: 'For',
    value: 'Value',
    paid: 'Paid',
    paidOut: 'paid out',
    tickets: 'Tickets',
    ticketsWaiting: 'Reading the tickets …',
    noTickets: 'It has no ticket: no meter without a line takes anything from it yet.',
    meter: 'Meter',
    limit: 'Limit',
    expires: 'Expires',
    expired: 'expired {}',
    epoch: 'Epoch',
    taken: 'On the card',
    notTaken: 'not yet',
    sell: 'Sell to the card',
    sellHint: 'It waits until the card is in a reader, or in a meter with a line.',
    method: 'How it is paid',
    end: 'Block the card',
    endHint:
      'There is no way back. Nobody sells to it or loads it from now on. Meters without a line take from it until their tickets end, or until another card tells them.',
    whyEnd: 'Why',
    replace: 'Replace the card',
    replaceHint: 'Another card of the same subscriber takes its place. What waits goes to it at once.',
    newNumber: 'Number of the new card',
    recovery: 'What was on it',
    recoveryHint:
      'What no meter can take any more is given at once. What meters may still take under tickets of this card is given when the tickets have ended; what was taken until then is left out.',
    recoveryWaiting: 'Counting what can be given back …',
    recovered: 'Given already',
    now: 'At once',
    later: 'After the tickets have ended',
    laterFrom: 'They end',
    notKnown: 'not known',
    recover: 'Give {} to the new card',
    recoverAsk: 'It is loaded on the new card when that is next read. Somebody else has to approve it first.',
    recoverFirst: 'Replace the card first: the value goes to the card in its place.',
    unfreeze: 'Let value flow again',
    unfreezeAsk:
      'There may be two of this card, or its memory was put back. Go on only when somebody has looked; as a rule the card is blocked and replaced instead.',
    empty: 'Take all off',
    emptyAsk:
      'All that is left for {} is taken off the card when it is next read, and is then to be paid out. Somebody else has to approve it first.',
    release: 'End what is pending',
    releaseAsk:
      'Look at meter {} first: if it has credited the {}, the customer has the value already. Somebody else has to approve it.',
    takeBack: 'Take back',
    takeBackAsk:
      'The sale of {} is taken back, if it is not on the card already. If it is on its way, the card decides when it is next read. Somebody else has to approve it first.',
    payOut: 'Pay out',
    payOutAsk: '{} is given back to the customer. It is done once.',
    metersWaiting: 'Reading the meters …',
    noMeters: 'No meters without a line yet.',
    reported: 'Last report',
    never: 'never',
    register: 'Register',
    owed: 'owes {}',
    fromCards: 'From cards',
    doubt: 'It told less than before.',
    enrol: 'Enrol a meter',
    enrolHint: 'Value comes to it by cards alone. What it tells, cards bring.',
    meterNumber: 'Number of the meter',
  },
  ko: {
    note: '통신선이 없는 계량기로 금액을 나르는 카드입니다. 금액은 카드를 마지막으로 읽었을 때의 값입니다.',
    cards: '카드',
    meters: '통신선 없는 계량기',
    regions: { electricity: '전기', gas: '가스', water: '수도', hotWater: '온수', heat: '난방', payTv: '유료 TV' },
    states: { active: '사용 중', lost: '분실', blocked: '정지', replaced: '교체됨' },
    orderStates: {
      waiting: '카드를 기다림',
      outstanding: '전달 중',
      voiding: '취소 중',
      stored: '카드에 들어감',
      refunded: '환불됨',
      closed: '끝남',
      found: '카드에서 발견됨',
      lost: '카드와 함께 사라짐',
    },
    operations: { credit: '충전', close: '전액 회수', release: '보류 금액 종료' },
    freezes: {
      'card-behind-host': '카드가 아는 충전 횟수가 장부보다 적습니다.',
      'gap-longer-than-ring': '카드가 보관한 영수 기록보다 더 많은 충전이 있고, 장부에는 없습니다.',
      'amount-differs': '충전 금액이 장부와 다릅니다.',
      'txid-twice': '한 충전이 다른 충전의 이름으로 들어 있습니다.',
      'debits-behind': '전에 알린 것보다 적게 내주었다고 합니다.',
      'debits-differ': '내준 횟수는 같은데 합계가 다릅니다.',
    },
    search: '카드 또는 가입자',
    searchHint: '카드 번호나 가입자 번호',
    state: '상태',
    anyState: '모든 상태',
    waiting: '카드 목록을 읽는 중 …',
    none: '아직 카드가 없습니다. 카드를 개인화한 뒤 여기에서 누구의 것인지 등록하세요.',
    nothing: '그런 카드가 없습니다.',
    number: '번호',
    subscriber: '가입자',
    regionsOn: '용도',
    balance: '잔액',
    unread: '아직 읽지 않음',
    totals: '공급자별 금액',
    noTotals: '카드로 금액을 나를 공급자가 아직 없습니다.',
    provider: '공급자',
    inFlight: '판매 후 미충전',
    onCards: '카드에 있음',
    inMeters: '계량기에 있음',
    spent: '사용함',
    exposure: '위험 한도',
    exposureHint:
      '위험 한도는 되돌릴 수 없는 티켓으로 계량기가 가져갈 수 있는 최대 금액입니다. 카드를 잃어버리거나 복제당했을 때, 티켓이 끝날 때까지 생길 수 있는 손실입니다.',
    books: '장부',
    balanced: '일치',
    unbalanced: '맞지 않음',
    frozenRegions: '{}건 동결',
    issue: '카드 발급',
    issueHint: '개인화한 카드가 누구의 것인지 등록합니다. 아직 금액은 없습니다.',
    numberHint: '카드에 적힌 0~9, a~f의 14자리',
    numberWrong: '0~9, a~f의 14자리를 적어 주세요',
    key: '키 이름',
    keyHint: '개인화할 때 쓴 n(0~255)',
    noProvider: '먼저 공급자를 추가하세요. 카드가 누구의 금액을 나르는지 정합니다.',
    card: '카드 {}',
    issued: '발급일',
    ended: '종료일',
    replacedBy: '새 카드',
    toldAt: '마지막 읽음',
    loaded: '총 충전',
    handed: '계량기에 건넴',
    pending: '보류',
    pendingIn: '{}, 계량기 {}',
    ticket: '최근 티켓',
    noTicket: '없음',
    version: '버전',
    orders: '주문',
    ordersWaiting: '주문을 읽는 중 …',
    noOrders: '아직 판매한 것이 없습니다.',
    ordered: '주문 시각',
    what: '내용',
    region: '용도',
    value: '금액',
    paid: '결제',
    paidOut: '지급함',
    tickets: '티켓',
    ticketsWaiting: '티켓을 읽는 중 …',
    noTickets: '티켓이 없어, 통신선 없는 계량기가 아직 아무것도 가져가지 않습니다.',
    meter: '계량기',
    limit: '한도',
    expires: '만료',
    expired: '{} 만료됨',
    epoch: '세대',
    taken: '카드에 들어감',
    notTaken: '아직',
    sell: '카드에 판매',
    sellHint: '카드를 판독기나 통신선이 있는 계량기에 넣을 때까지 기다립니다.',
    method: '결제 방법',
    end: '카드 정지',
    endHint:
      '되돌릴 수 없습니다. 이제부터 판매도 충전도 되지 않습니다. 통신선 없는 계량기는 티켓이 끝나거나 다른 카드가 알릴 때까지 이 카드에서 가져갈 수 있습니다.',
    whyEnd: '이유',
    replace: '카드 교체',
    replaceHint: '같은 가입자의 다른 카드가 자리를 잇습니다. 기다리던 주문은 바로 새 카드로 갑니다.',
    newNumber: '새 카드 번호',
    recovery: '카드에 있던 금액',
    recoveryHint:
      '더는 계량기가 가져갈 수 없는 금액은 바로 돌려줍니다. 이 카드의 티켓으로 아직 가져갈 수 있는 금액은 티켓이 끝난 뒤에 돌려주며, 그때까지 가져간 금액은 뺍니다.',
    recoveryWaiting: '돌려줄 금액을 계산하는 중 …',
    recovered: '이미 돌려줌',
    now: '지금',
    later: '티켓이 끝난 뒤',
    laterFrom: '티켓 만료',
    notKnown: '알 수 없음',
    recover: '새 카드로 {} 옮기기',
    recoverAsk: '다음에 새 카드를 읽을 때 충전합니다. 먼저 다른 사람이 승인해야 합니다.',
    recoverFirst: '먼저 카드를 교체하세요. 금액은 자리를 이은 카드로 갑니다.',
    unfreeze: '동결 해제',
    unfreezeAsk:
      '같은 카드가 둘이거나 메모리가 되돌려졌을 수 있습니다. 담당자가 확인한 뒤에만 진행하세요. 보통은 카드를 정지하고 교체합니다.',
    empty: '전액 회수',
    emptyAsk: '다음에 카드를 읽을 때 {} 잔액을 모두 회수하며, 그 뒤에 지급합니다. 먼저 다른 사람이 승인해야 합니다.',
    release: '보류 금액 종료',
    releaseAsk:
      '먼저 계량기 {}을(를) 확인하세요. {}이(가) 이미 들어갔다면 고객은 금액을 받은 것입니다. 다른 사람이 승인해야 합니다.',
    takeBack: '판매 취소',
    takeBackAsk:
      '{} 판매를 취소합니다. 이미 카드에 있으면 취소되지 않습니다. 전달 중이면 다음에 카드를 읽을 때 정해집니다. 먼저 다른 사람이 승인해야 합니다.',
    payOut: '지급',
    payOutAsk: '고객에게 {}을(를) 돌려줍니다. 한 번만 할 수 있습니다.',
    metersWaiting: '계량기 목록을 읽는 중 …',
    noMeters: '통신선 없는 계량기가 아직 없습니다.',
    reported: '마지막 보고',
    never: '없음',
    register: '지침',
    owed: '부족 {}',
    fromCards: '카드에서 받음',
    doubt: '전보다 적은 값을 알렸습니다.',
    enrol: '계량기 등록',
    enrolHint: '금액은 카드로만 들어가고, 계량기의 보고도 카드가 가져옵니다.',
    meterNumber: '계량기 번호',
  },
};
