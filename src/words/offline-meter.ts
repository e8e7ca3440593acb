import type { Language } from './language.ts';

/** Of one meter without a line. */
export interface OfflineMeterWords {
  readonly title: string;
  readonly waiting: string;
  readonly report: string;
  readonly unheard: string;
  readonly unheardHint: string;
  readonly doubt: string;
  readonly balance: string;
  readonly owed: string;
  readonly register: string;
  readonly says: string;
  readonly fromCards: string;
  readonly spent: string;
  readonly whose: string;
  readonly provider: string;
  readonly subscriber: string;
  readonly key: string;
  readonly enrolled: string;
  readonly give: string;
  readonly giveHint: string;
  readonly giveNobody: string;
  readonly hotList: string;
  readonly hotListEmpty: string;
  readonly hotListThere: string;
  readonly hotListBehind: string;
  readonly events: string;
  readonly seen: string;
  readonly event: string;
  readonly noEvents: string;
  readonly noClock: string;
  readonly cards: string;
  readonly cardsHint: string;
  readonly cardsWaiting: string;
  readonly noCards: string;
  readonly history: string;
  readonly historyHint: string;
  readonly historyWaiting: string;
  readonly noHistory: string;
  readonly booked: string;
  readonly spentThen: string;
  readonly posting: string;
}

export const OFFLINE_METER_WORDS: Readonly<Record<Language, OfflineMeterWords>> = {
  en: {
    title: 'Meter {} without a line',
    waiting: 'Reading the meter …',
    report: 'What it told last',
    unheard: 'It has told nothing yet.',
    unheardHint:
      'Nobody can ask it. It writes a report on each card that leaves it, and the next reader, or meter with a line, brings the report here.',
    doubt: 'It told less than before: its memory was put back, or there are two of it. Somebody has to look at it.',
    balance: 'Balance',
    owed: 'Emergency credit owed',
    register: 'Register',
    says: 'It says',
    fromCards: 'Taken from cards in all',
    spent: 'Spent in all',
    whose: 'Whose it is',
    provider: 'Provider',
    subscriber: 'Subscriber',
    key: 'Name of the key',
    enrolled: 'Enrolled',
    give: 'Give to another household',
    giveHint:
      'From now on it takes value from cards of that household alone; from those of the one before only until the first of these was in it. What is in it stays in it: let both read its display.',
    giveNobody: 'Or unoccupied, where nobody lives',
    hotList: 'Blocked cards',
    hotListEmpty: 'none so far',
    hotListThere: 'known to it, epoch {}',
    hotListBehind:
      'It is not known to have heard of epoch {}; {} has come there. Its line, or the next ticket, tells it.',
    events: 'What it saw last',
    seen: 'When',
    event: 'What',
    noEvents: 'Nothing out of the ordinary.',
    noClock: 'its clock was not set',
    cards: 'Cards that may be spent here',
    cardsHint:
      'Each by its tickets. A card tells how much it gave to meters in all, not to which: what this one took is in its own report.',
    cardsWaiting: 'Reading the tickets …',
    noCards: 'No card has a ticket for it. The next card of its subscriber that is in a reader is given one.',
    history: 'What was spent, report by report',
    historyHint: 'Each row is what a report told beyond the one before, as it was booked to its provider.',
    historyWaiting: 'Reading the books …',
    noHistory: 'No report told of anything spent yet.',
    booked: 'Booked',
    spentThen: 'Spent',
    posting: 'Posting',
  },
  ko: {
    title: '통신선 없는 계량기 {}',
    waiting: '계량기를 읽는 중 …',
    report: '마지막 보고',
    unheard: '아직 알린 것이 없습니다.',
    unheardHint:
      '이 계량기에는 물어볼 길이 없습니다. 카드가 빠질 때마다 보고를 카드에 적고, 그 카드를 판독기나 통신선이 있는 계량기에 넣으면 여기에 옵니다.',
    doubt: '전보다 적은 값을 알렸습니다. 메모리가 되돌려졌거나 같은 계량기가 둘입니다. 현장 확인이 필요합니다.',
    balance: '잔액',
    owed: '비상 크레딧 미상환',
    register: '지침',
    says: '상태 표시',
    fromCards: '카드에서 받은 총액',
    spent: '사용한 총액',
    whose: '소속',
    provider: '공급자',
    subscriber: '가입자',
    key: '키 이름',
    enrolled: '등록일',
    give: '다른 가구로 넘기기',
    giveHint:
      '이제부터 그 가구의 카드에서만 받습니다. 이전 가구의 카드는 새 가구의 카드가 처음 들어올 때까지만 쓸 수 있습니다. 계량기에 남은 금액은 그대로 남으니 두 가구가 함께 표시창을 확인하세요.',
    giveNobody: '아무도 살지 않으면 unoccupied',
    hotList: '정지된 카드',
    hotListEmpty: '아직 없음',
    hotListThere: '세대 {}까지 알고 있음',
    hotListBehind:
      '세대 {}을(를) 들었는지 알 수 없습니다. 지금까지 {}이(가) 전해졌습니다. 통신선이나 다음 티켓이 알립니다.',
    events: '마지막으로 본 일',
    seen: '시각',
    event: '내용',
    noEvents: '특별한 일이 없습니다.',
    noClock: '시계가 맞춰지지 않았음',
    cards: '여기서 쓸 수 있는 카드',
    cardsHint:
      '카드마다 티켓으로 보여 줍니다. 카드는 계량기에 준 총액만 알리고 어느 계량기인지는 알리지 않습니다. 이 계량기가 받은 금액은 그 보고에 있습니다.',
    cardsWaiting: '티켓을 읽는 중 …',
    noCards: '이 계량기의 티켓을 가진 카드가 없습니다. 가입자의 카드를 판독기에 넣으면 받습니다.',
    history: '보고별 사용액',
    historyHint: '각 줄은 앞선 보고보다 늘어난 사용액이며, 공급자의 장부에 적은 그대로입니다.',
    historyWaiting: '장부를 읽는 중 …',
    noHistory: '사용을 알린 보고가 아직 없습니다.',
    booked: '기록 시각',
    spentThen: '사용액',
    posting: '전표',
  },
};
