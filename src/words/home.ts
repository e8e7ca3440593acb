import type { Language } from './language.ts';
import type { MeterState, StateReason } from './states.ts';

type ByRelay = Readonly<
  Record<'no-credit' | 'over-current' | 'tamper' | 'command' | 'load-limit' | 'awaits-key', string>
>;

/** Of the subscriber's first page: the meter, how long its balance lasts, and automatic transfer. */
export interface HomeWords {
  readonly standing: Readonly<Record<MeterState, string>>;
  /** What to do about it. */
  readonly next: Partial<Readonly<Record<MeterState, string>>>;
  readonly reasons: Readonly<Record<StateReason, string>>;
  readonly stale: string;
  readonly balance: string;
  readonly balanceUnknown: string;
  readonly owed: string;
  readonly inFlight: string;
  readonly buy: string;
  readonly outlook: string;
  readonly lastsUntil: string;
  readonly lastsBetween: string;
  readonly lastsRoughly: string;
  readonly lastsNow: string;
  readonly use: string;
  readonly daysKnown: string;
  readonly unusedYet: string;
  readonly today: string;
  readonly now: string;
  readonly priceNow: string;
  readonly noTariff: string;
  readonly flat: string;
  readonly cheapNow: string;
  readonly cheapNext: string;
  readonly cheapNextOn: string;
  readonly cheapNone: string;
  readonly stripLabel: string;
  readonly stripHour: string;
  readonly alerts: string;
  readonly alertsNone: string;
  readonly lowAlert: string;
  readonly cut: string;
  readonly cutReasons: ByRelay;
  readonly cutEnded: string;
  readonly cutGoesOn: string;
  readonly why: string;
  readonly topUps: string;
  readonly topUpsNone: string;
  readonly allReceipts: string;
  readonly contract: {
    readonly title: string;
    readonly none: string;
    readonly noPort: string;
    readonly says: string;
    readonly limits: string;
    readonly since: string;
    readonly agree: string;
    readonly change: string;
    readonly end: string;
    readonly endSure: string;
    readonly keep: string;
    readonly threshold: string;
    readonly paid: string;
    readonly by: string;
    readonly mandate: string;
    readonly token: string;
    readonly accountKept: string;
    readonly perDay: string;
    readonly perMonth: string;
    readonly above: string;
    readonly promise: string;
    readonly go: string;
  };
}

export const HOME_WORDS: Readonly<Record<Language, HomeWords>> = {
  en: {
    standing: {
      supplied: 'Your electricity is on.',
      low: 'Your electricity is on, and the balance is low.',
      'last-token': 'Your electricity is on, on the last of your balance.',
      emergency: 'Your electricity is on, on emergency credit.',
      off: 'Your electricity is off: the balance is used up.',
      blocked: 'Your electricity is off.',
      tampered: 'Somebody has to look at your meter.',
      frozen: 'No value can reach your meter until somebody has looked.',
      dark: 'Nobody can say whether your electricity is on.',
    },
    next: {
      low: 'Buy in time and nothing goes off.',
      'last-token': 'Buy now and nothing goes off.',
      emergency: 'Buy now: what was lent is paid back first.',
      off: 'Buy: when the value has arrived, the supply comes back, at once or after a press of the key on the meter.',
      tampered: 'Your utility knows of it. If you opened nothing, tell them.',
      frozen: 'Your balance is safe. Your utility knows of it and will look.',
      dark: 'Your balance is safe in the meter. If it is dark at home, look whether your neighbours have light.',
    },
    reasons: {
      'meter-behind-host': 'The meter knows less than the books do.',
      'gap-longer-than-ring': 'More was put into the meter than it can still tell of.',
      'amount-differs': 'The meter and the books have different amounts.',
      'meter-frozen': 'The meter has stopped taking value.',
      'txid-twice': 'The meter told of one top-up twice.',
      'closing-forgotten': 'The meter was closed for a move that the books have forgotten.',
      'voltage-while-open': 'There is voltage behind the open switch.',
      'cover-opened': 'The cover of the meter was opened.',
      bypass: 'Energy seems to go past the meter.',
      'magnetic-field': 'There was a strong magnet at the meter.',
      'keys-erased': 'Its keys are erased. What you buy waits until your utility gives it new ones.',
      'events-missing': 'Some of what the meter saw did not reach your utility.',
      'events-changed': 'What the meter saw was changed before it reached your utility.',
      tamper: 'The meter noticed that somebody tampered with it.',
      'last-gasp': 'The meter said that its power failed.',
      'never-heard': 'The meter was never heard.',
      silent: 'The meter has not answered for a while.',
      'credit-exhausted': 'The balance is used up.',
      'purse-closed': 'The account of this meter is closed.',
      'nobody-lives': 'Nobody lives there: nothing can be bought until somebody moves in.',
      'over-current': 'More was drawn at once than the meter allows: switch something off.',
      'by-command': 'Your utility switched it off.',
      'load-limit': 'More was drawn than the load limit allows: switch something off.',
      'awaits-key': 'It waits for you to press the key on the meter.',
    },
    stale: 'This is as of {}. The meter was not heard since, and may stand otherwise by now.',
    balance: 'Balance',
    balanceUnknown: 'The meter has not told its balance yet.',
    owed: 'Emergency credit used: {}. The next top-up pays it back first.',
    inFlight: '{} on its way to the meter',
    buy: 'Buy',
    outlook: 'Enough for about',
    lastsUntil: 'Until {}, if you use as much as now.',
    lastsBetween: 'In 8 of 10 cases between {} and {}, as your last weeks went.',
    lastsRoughly: 'Too few weeks are known to say how sure that is.',
    lastsNow: 'At the present use the balance ends about now.',
    use: '{} and {} a day, as on the last {} days that are known.',
    daysKnown: 'How long it lasts can be said when two whole days of use are known. Known so far: {}.',
    unusedYet: 'Nothing was used in the days that are known, so nobody can say how long it lasts.',
    today: 'Price of the day',
    now: 'now',
    priceNow: 'Now {} a kWh.',
    noTariff: 'Your meter has no tariff yet.',
    flat: 'Every hour of the coming days costs the same.',
    cheapNow: 'It is cheap until {}.',
    cheapNext: 'Cheap again from {} to {}: {} a kWh.',
    cheapNextOn: 'Cheap again on {}, {} to {}: {} a kWh.',
    cheapNone: 'There are no cheap hours in the next days.',
    stripLabel: 'What a kilowatt-hour costs today, hour by hour',
    stripHour: '{} to {}: {}',
    alerts: 'What happened',
    alertsNone: 'Nothing that needs you. No cut-off is known.',
    lowAlert: 'The balance is low.',
    cut: 'Cut off {}: {}',
    cutReasons: {
      'no-credit': 'no credit',
      'over-current': 'too much current',
      tamper: 'tampering',
      command: 'by your utility',
      'load-limit': 'above the load limit',
      'awaits-key': 'waited for the key',
    },
    cutEnded: 'back {}',
    cutGoesOn: 'not known to be back',
    why: 'Why?',
    topUps: 'Last top-ups',
    topUpsNone: 'Nothing was bought for this meter yet.',
    allReceipts: 'All, with receipts',
    contract: {
      title: 'Automatic transfer',
      none: 'Off. You can have value bought by itself whenever the balance is low, within limits that you set.',
      noPort: 'Off. Your utility has no partner yet who can transfer money by itself.',
      says: 'When the balance falls to {}, {} is paid by {}.',
      limits: 'Never more than {} a day and {} a month.',
      since: 'Agreed on {}. Transfers so far: {}.',
      agree: 'Set up',
      change: 'Change',
      end: 'End',
      endSure: 'Nothing will be paid by itself any more. What has begun is still finished.',
      keep: 'Keep it',
      threshold: 'When the balance falls to',
      paid: 'Pay each time',
      by: 'By',
      mandate: 'Reference of your mandate',
      token: 'Reference of your payment method',
      accountKept: 'It is not shown again: write it anew when you change something.',
      perDay: 'At most in a day',
      perMonth: 'At most in a month',
      above: 'One transfer is more than a limit allows: raise the limit, or pay less each time.',
      promise: 'You can change or end this at any time, at once.',
      go: 'Agree',
    },
  },
  ko: {
    standing: {
      supplied: '전기가 들어오고 있습니다.',
      low: '전기가 들어오고 있지만 잔액이 적습니다.',
      'last-token': '마지막 잔액으로 전기를 쓰고 있습니다.',
      emergency: '비상 크레딧으로 전기를 쓰고 있습니다.',
      off: '잔액이 없어 전기가 끊겼습니다.',
      blocked: '전기가 꺼져 있습니다.',
      tampered: '계량기를 점검해야 합니다.',
      frozen: '확인이 끝날 때까지 계량기에 충전할 수 없습니다.',
      dark: '전기가 들어오는지 지금은 알 수 없습니다.',
    },
    next: {
      low: '미리 충전하면 끊기지 않습니다.',
      'last-token': '지금 충전하면 끊기지 않습니다.',
      emergency: '지금 충전해 주세요. 빌려 쓴 금액부터 갚습니다.',
      off: '충전액이 계량기에 도착하면 바로, 또는 계량기의 버튼을 누르면 다시 들어옵니다.',
      tampered: '전력 회사도 알고 있습니다. 계량기를 연 적이 없다면 알려 주세요.',
      frozen: '잔액은 안전합니다. 전력 회사가 알고 있으며 곧 확인합니다.',
      dark: '잔액은 계량기 안에 안전하게 있습니다. 집이 어둡다면 이웃집도 그런지 살펴보세요.',
    },
    reasons: {
      'meter-behind-host': '계량기의 기록이 장부보다 뒤처져 있습니다.',
      'gap-longer-than-ring': '계량기가 알려 줄 수 있는 것보다 많은 충전이 있었습니다.',
      'amount-differs': '계량기와 장부의 금액이 다릅니다.',
      'meter-frozen': '계량기가 충전을 받지 않고 있습니다.',
      'txid-twice': '계량기가 같은 충전을 두 번 알려 왔습니다.',
      'closing-forgotten': '장부에 남아 있지 않은 이사로 계량기가 닫혀 있습니다.',
      'voltage-while-open': '스위치가 열려 있는데 전압이 있습니다.',
      'cover-opened': '계량기 덮개가 열렸습니다.',
      bypass: '계량기를 거치지 않는 전기가 있는 것 같습니다.',
      'magnetic-field': '계량기 가까이에 강한 자석이 있었습니다.',
      'keys-erased': '키가 지워졌습니다. 전력 회사가 새 키를 넣을 때까지 충전한 금액은 기다립니다.',
      'events-missing': '계량기의 기록 가운데 일부가 전력 회사에 닿지 않았습니다.',
      'events-changed': '계량기의 기록이 전력 회사에 닿기 전에 바뀌었습니다.',
      tamper: '계량기가 누군가의 조작을 감지했습니다.',
      'last-gasp': '계량기가 정전을 알려 왔습니다.',
      'never-heard': '계량기에서 소식이 온 적이 없습니다.',
      silent: '계량기가 한동안 응답하지 않았습니다.',
      'credit-exhausted': '잔액을 모두 썼습니다.',
      'purse-closed': '이 계량기의 계정은 닫혔습니다.',
      'nobody-lives': '아무도 살지 않아 누군가 입주할 때까지 충전할 수 없습니다.',
      'over-current': '한꺼번에 허용량보다 많이 썼습니다. 기기를 몇 개 꺼 주세요.',
      'by-command': '전력 회사가 껐습니다.',
      'load-limit': '부하 한도를 넘겼습니다. 기기를 몇 개 꺼 주세요.',
      'awaits-key': '계량기의 버튼을 누르면 다시 들어옵니다.',
    },
    stale: '{} 기준입니다. 그 뒤로 계량기 소식이 없어 지금은 다를 수 있습니다.',
    balance: '잔액',
    balanceUnknown: '계량기가 아직 잔액을 알려 오지 않았습니다.',
    owed: '비상 크레딧 사용액: {}. 다음 충전에서 먼저 갚습니다.',
    inFlight: '{} 계량기로 전송 중',
    buy: '충전하기',
    outlook: '앞으로 약',
    lastsUntil: '지금처럼 쓰면 {}까지 쓸 수 있습니다.',
    lastsBetween: '최근 몇 주로 보면 열 번 중 여덟 번은 {}에서 {} 사이입니다.',
    lastsRoughly: '알려진 기록이 몇 주가 안 되어 얼마나 확실한지는 알 수 없습니다.',
    lastsNow: '지금처럼 쓰면 곧 잔액이 떨어집니다.',
    use: '하루 {}, {}: 최근에 확인된 {}일 평균입니다.',
    daysKnown: '온전히 확인된 날이 이틀이 되면 얼마나 쓸 수 있는지 알려 드립니다. 지금은 {}일입니다.',
    unusedYet: '확인된 날에 쓴 전기가 없어 얼마나 쓸 수 있는지 알 수 없습니다.',
    today: '오늘의 요금',
    now: '지금',
    priceNow: '지금은 kWh당 {}입니다.',
    noTariff: '아직 계량기에 요금제가 없습니다.',
    flat: '앞으로 며칠은 모든 시간의 요금이 같습니다.',
    cheapNow: '{}까지 요금이 쌉니다.',
    cheapNext: '다음 싼 시간은 {}부터 {}까지, kWh당 {}입니다.',
    cheapNextOn: '다음 싼 시간은 {} {}부터 {}까지, kWh당 {}입니다.',
    cheapNone: '앞으로 며칠은 싼 시간이 없습니다.',
    stripLabel: '오늘 시간대별 kWh당 요금',
    stripHour: '{}부터 {}까지: {}',
    alerts: '알림',
    alertsNone: '확인하실 일이 없습니다. 전기가 끊긴 기록도 없습니다.',
    lowAlert: '잔액이 적습니다.',
    cut: '{} 끊김: {}',
    cutReasons: {
      'no-credit': '잔액 없음',
      'over-current': '전류 초과',
      tamper: '조작 감지',
      command: '전력 회사의 지시',
      'load-limit': '부하 한도 초과',
      'awaits-key': '버튼을 기다림',
    },
    cutEnded: '{} 복구',
    cutGoesOn: '복구 여부 모름',
    why: '왜 끊겼나요?',
    topUps: '최근 충전',
    topUpsNone: '아직 이 계량기에 충전한 적이 없습니다.',
    allReceipts: '영수증과 함께 모두 보기',
    contract: {
      title: '자동 충전',
      none: '꺼져 있습니다. 잔액이 적어지면, 정하신 한도 안에서 저절로 충전되게 할 수 있습니다.',
      noPort: '꺼져 있습니다. 전력 회사에 자동으로 이체해 줄 곳이 아직 없습니다.',
      says: '잔액이 {}까지 내려가면 {}을(를) {}(으)로 결제합니다.',
      limits: '하루 {}, 한 달 {}을(를) 넘지 않습니다.',
      since: '{}에 동의하셨습니다. 지금까지 이체 {}회.',
      agree: '설정하기',
      change: '바꾸기',
      end: '끝내기',
      endSure: '앞으로 저절로 결제되지 않습니다. 이미 시작된 이체는 마저 끝납니다.',
      keep: '그대로 두기',
      threshold: '잔액이 이만큼 되면',
      paid: '한 번에 결제할 금액',
      by: '결제 방법',
      mandate: '출금 동의 번호',
      token: '결제 수단 번호',
      accountKept: '다시 보여 드리지 않으므로, 바꿀 때 새로 입력해 주세요.',
      perDay: '하루 최대',
      perMonth: '한 달 최대',
      above: '한 번에 결제할 금액이 한도보다 큽니다. 한도를 올리거나 금액을 줄여 주세요.',
      promise: '언제든 바로 바꾸거나 끝낼 수 있습니다.',
      go: '동의하기',
    },
  },
};
