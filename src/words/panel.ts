import type { Language } from './language.ts';

/** Of the meter as the thing that hangs in a house, and of the house behind it. */
export interface PanelWords {
  readonly listNote: string;
  readonly listWaiting: string;
  readonly listEmpty: string;
  readonly filter: string;
  readonly number: string;
  readonly subscriber: string;
  readonly balance: string;
  readonly none: string;
  readonly title: string;
  readonly note: string;
  /** Where whose house it is is not told, and where nobody lives: `{}` is the local unit. */
  readonly noteUnnamed: string;
  readonly noteUnoccupied: string;
  readonly waiting: string;
  readonly all: string;
  readonly interrupted: string;
  readonly sound: string;
  readonly soundWhy: string;
  readonly drawing: string;
  readonly pointAt: string;
  /** By their number in the figure: what the part is called, and what it is for. */
  readonly parts: Readonly<Record<PartNumber, { readonly name: string; readonly text: string }>>;
  readonly pages: Readonly<
    Record<'balance' | 'transmission' | 'power' | 'energy' | 'month' | 'rate' | 'time-left' | 'card', string>
  >;
  readonly units: Readonly<Record<'tokens' | 'W' | 'kWh' | '%' | 'h' | 'days', string>>;
  readonly signs: Readonly<Record<'relayOpen' | 'lowBalance' | 'emergencyCredit' | 'waiting' | 'tamper', string>>;
  readonly glass: string;
  readonly glassEmpty: string;
  readonly request: string;
  readonly keys: Readonly<Record<'#' | '*' | 'page', string>>;
  readonly keysHint: string;
  readonly interphone: {
    readonly states: Readonly<Record<'idle' | 'calling' | 'live', string>>;
    readonly call: string;
    readonly hangUp: string;
    readonly heard: string;
    readonly keysHint: string;
    readonly speak: string;
    readonly speakHint: string;
    readonly noMicrophone: string;
  };
  readonly relay: string;
  readonly relayClosed: string;
  readonly relayOpen: string;
  readonly noPower: string;
  readonly reasons: Readonly<
    Record<'noCredit' | 'overCurrent' | 'tamper' | 'command' | 'loadLimit' | 'awaitsKey' | 'leak', string>
  >;
  /** In place of that for want of credit, and of what would end it. */
  readonly nobodyLives: string;
  readonly calls: string;
  readonly buzzing: string;
  readonly silent: string;
  readonly sealWhole: string;
  readonly sealBroken: string;
  readonly watts: string;
  readonly rate: string;
  readonly clock: string;
  readonly clockUnset: string;
  readonly chain: string;
  readonly chainWhy: string;
  readonly store: string;
  readonly tank: string;
  readonly tankUnits: string;
  readonly exchanger: string;
  readonly owed: string;
  readonly frozen: string;
  readonly sell: string;
  readonly sellWhy: string;
  readonly amount: string;
  readonly amountWrong: string;
  readonly sold: string;
  readonly orderStates: Readonly<
    Record<'waiting' | 'outstanding' | 'voiding' | 'stored' | 'refunded' | 'closed' | 'found', string>
  >;
  readonly passes: string;
  readonly passOf: Readonly<Record<'first' | 'second' | 'third' | 'fourth', string>>;
  readonly passNotYet: string;
  readonly passDone: string;
  readonly house: string;
  readonly houseWhy: string;
  readonly appliances: Readonly<
    Record<
      'kettle' | 'heater' | 'air-conditioner' | 'cooker' | 'washing-machine' | 'fridge' | 'television' | 'lamp',
      string
    >
  >;
  readonly card: string;
  readonly cardWhere: Readonly<Record<'hand' | 'slot' | 'out', string>>;
  readonly cardWhy: string;
  readonly cardIn: string;
  readonly cardOut: string;
  readonly bankCard: string;
  readonly bankCardWhy: string;
  /** `{}` is how many times as fast as life time goes. */
  readonly bankCardFast: string;
  readonly bankCardHand: string;
  readonly bankCardIn: string;
  readonly bankCardOut: string;
  /** `{}` is what was paid. */
  readonly bankCardStates: Readonly<
    Record<
      | ('none' | 'awaiting-amount' | 'awaiting-host' | 'awaiting-card' | 'awaiting-bank')
      | ('approved' | 'declined' | 'unanswered' | 'card-unusable'),
      string
    >
  >;
  /** `{}` is what was paid. */
  readonly bankCardArrived: string;
  readonly mischief: string;
  readonly bypass: string;
  readonly bypassWhy: string;
  readonly cover: string;
  readonly coverWhy: string;
  readonly coverSure: string;
  readonly coverGo: string;
  readonly coverClose: string;
  readonly dismantled: string;
  readonly power: string;
  readonly powerWhy: string;
  readonly line: string;
  readonly lineWhy: string;
}

export type PartNumber = '1' | '4' | '17' | '20' | '21' | '60' | '62' | '64' | '66';

export const PANEL_WORDS: Readonly<Record<Language, PanelWords>> = {
  en: {
    listNote: 'The meters of this demo, each as the thing that hangs in its house.',
    listWaiting: 'Asking the demo for its meters …',
    listEmpty: 'No meter has this in its number or subscriber.',
    filter: 'Number or subscriber',
    number: 'Meter',
    subscriber: 'Subscriber',
    balance: 'Balance',
    none: 'This demo has no meters.',
    title: 'Meter {}',
    note: 'In the house of {}, behind local unit {}.',
    noteUnnamed: 'In a house behind local unit {}.',
    noteUnoccupied: 'In a house where nobody lives, behind local unit {}.',
    waiting: 'Waiting for the meter to show itself …',
    all: 'All meters',
    interrupted: 'The picture stands still: the demo does not answer. It goes on by itself.',
    sound: 'Sound',
    soundWhy: 'The latch of the relay, and the buzzer',
    drawing: 'The meter from the front, its parts numbered as in the figures',
    pointAt: 'Point at a number to read what the part is for. Touch the parts themselves.',
    parts: {
      '1': {
        name: 'Relay',
        text: 'Its contact falls when credit is used up, and closes again when value arrives. Closed, the house has electricity.',
      },
      '4': { name: 'Buzzer', text: 'Warns when little is left, and sounds until credit comes.' },
      '17': {
        name: 'Display',
        text: 'Shows the balance, what is on the line, power and energy. Segments that are off stay faintly visible.',
      },
      '20': {
        name: 'Intercom',
        text: 'Calls the utility from the meter itself. Its own voice says what the utility answers, and the keypad is its telephone.',
      },
      '21': {
        name: 'Keypad',
        text: 'Key in an amount and press # to ask the utility for it. The digits of your keyboard work too.',
      },
      '60': {
        name: 'Card slit',
        text: 'A purse card in it is loaded over the line, and brings what meters without a line have told. A bank card pays.',
      },
      '62': { name: 'Seal', text: 'Broken when the cap is lifted: the meter then erases its keys for good.' },
      '64': { name: 'Cap', text: 'Covers the terminals, so that nobody reaches the wires unseen.' },
      '66': {
        name: 'Terminals',
        text: 'Mains come in at 1s and 2s, the house is fed from 1L and 2L. A wire from 1s to 1L passes the meter by.',
      },
    },
    pages: {
      balance: 'BALANCE',
      transmission: 'LINE',
      power: 'POWER',
      energy: 'TOTAL',
      month: 'MONTH',
      rate: 'RATE',
      'time-left': 'LEFT',
      card: 'CARD',
    },
    units: { tokens: 'tokens', W: 'W', kWh: 'kWh', '%': '%', h: 'hours', days: 'days' },
    signs: {
      relayOpen: 'RELAY OPEN',
      lowBalance: 'LOW',
      emergencyCredit: 'EMERGENCY',
      waiting: 'CALLING',
      tamper: 'TAMPER',
    },
    glass: 'Display: {} {} {}',
    glassEmpty: 'Display: empty, no power',
    request: 'REQUEST',
    keys: {
      '#': 'Ask for this amount',
      '*': 'Star: delete a digit, in a call go back',
      page: 'Next page of the display',
    },
    keysHint: 'On your keyboard: digits, Backspace to delete, # to ask, P for the next page.',
    interphone: {
      states: { idle: 'Nobody calls.', calling: 'Calling the utility …', live: 'The utility is on the line.' },
      call: 'Call the utility',
      hangUp: 'Hang up',
      heard: 'What its voice says',
      keysHint: 'Keys now go to the utility: # repeats or ends what you key in, * goes back.',
      speak: 'Speak by this browser',
      speakHint:
        'Press 0 in the menu: where an operator takes calls, you speak with them. Nothing that is said is kept.',
      noMicrophone: 'This browser gives no microphone: let this page have it and try again.',
    },
    relay: 'Relay',
    relayClosed: 'Closed: the house has electricity.',
    relayOpen: 'Open: the house is dark.',
    noPower: 'The mains have failed: the meter itself is off.',
    reasons: {
      noCredit: 'The credit is used up. It closes when value arrives.',
      overCurrent: 'More current flowed than the wires may carry. Switch something off.',
      tamper: 'The seal was broken, and a person has to look at it.',
      command: 'The utility has switched it off.',
      loadLimit: 'More power was drawn than agreed. Switch something off.',
      awaitsKey: 'All is well again: press any key to close it.',
      leak: 'More flowed than should, as from a leak. Look for it, then press #.',
    },
    nobodyLives: 'Nobody lives there, and its purse is closed. The relay closes when somebody moves in.',
    calls: 'Calls its local unit: {}',
    buzzing: 'The buzzer sounds until credit comes.',
    silent: 'The buzzer is silent.',
    sealWhole: 'Whole: the cap was never lifted.',
    sealBroken: 'Broken: the cap was lifted.',
    watts: 'Power now',
    rate: 'Rate now',
    clock: "The meter's clock",
    clockUnset: 'not set yet',
    chain: 'Where its value is',
    chainWhy:
      'The store gives at most 100 tokens at a time to the tank. The tank gives them in units of ten to the exchanger, which turns them into energy.',
    store: 'Store (SVM)',
    tank: 'Tank',
    tankUnits: '{} of 10 units',
    exchanger: 'Exchanger',
    owed: 'Emergency credit used',
    frozen: 'Its value stands still until a person has looked at it.',
    sell: 'Sell value to this meter',
    sellWhy: 'For cash at the counter. It travels over the power line to this meter alone.',
    amount: 'Paid',
    amountWrong: 'Write an amount of money, such as 5.00.',
    sold: '{} sold.',
    orderStates: {
      waiting: 'Booked. It leaves as soon as the line is free.',
      outstanding: 'On its way to the meter.',
      voiding: 'Called back, on its way.',
      stored: 'In the meter.',
      refunded: 'Given back.',
      closed: 'Closed with its purse.',
      found: 'Found in the meter.',
    },
    passes: 'Four passes of the last sale',
    passOf: {
      first: 'Host: which meter are you? Here is a number nobody has used.',
      second: 'Meter: it is me, here is my proof, my last transaction and a number of my own.',
      third: 'Host: it is me too. The sealed amount, for this transaction only.',
      fourth: 'Meter: stored. Here is my receipt.',
    },
    passNotYet: 'not yet',
    passDone: 'passed',
    house: 'The house',
    houseWhy: 'Switched on beside what the household uses by itself.',
    appliances: {
      kettle: 'Kettle',
      heater: 'Heater',
      'air-conditioner': 'Air conditioner',
      cooker: 'Cooker',
      'washing-machine': 'Washing machine',
      fridge: 'Fridge',
      television: 'Television',
      lamp: 'Lamp',
    },
    card: 'Purse card {}',
    cardWhere: {
      hand: 'It lies at hand.',
      slot: 'It is in the slit: the host speaks to it over the line.',
      out: 'Somebody carries it between the counter, this meter and the cellar. It comes back by itself.',
    },
    cardWhy: 'What was sold for it is loaded while it is in. In the cellar it feeds the meters of gas and water.',
    cardIn: 'Put it into the slit',
    cardOut: 'Take it out',
    bankCard: 'Bank card',
    bankCardWhy:
      'Put it into the slit, key in how much it is to pay, and press #. No money moves: its bank is simulated.',
    bankCardFast:
      'Time goes {} times as fast as life: what the card is to pay stands on the display for an instant only. Go at the pace of life to read it there and pull the card in time.',
    bankCardHand: 'It lies at hand.',
    bankCardIn: 'Pay with it here',
    bankCardOut: 'Take it back',
    bankCardStates: {
      none: 'It is in the slit. The meter does not take it to pay with now.',
      'awaiting-amount':
        'It is in the slit: key in how much it is to pay, in the smallest unit of the money, such as cents, and press #.',
      'awaiting-host': 'The meter calls the utility.',
      'awaiting-card': 'The meter and the card agree on the payment. Leave it in.',
      'awaiting-bank': 'The utility asks the bank of the card. Leave it in.',
      approved: '{} paid. The value is on its way into this meter.',
      declined: 'Declined: nothing was paid.',
      unanswered: 'Nobody answered in time: nothing was paid. Key the amount in again, or try later.',
      'card-unusable': 'The card cannot be used here: nothing was paid.',
    },
    bankCardArrived: '{} paid, and the value has come into this meter.',
    mischief: 'What one should not do',
    bypass: 'A wire from 1s to 1L',
    bypassWhy: '1,500 W go past the meter. It notices and calls.',
    cover: 'Lift the cover',
    coverWhy: 'Breaks the seal. The meter erases its keys at once.',
    coverSure: 'This cannot be undone: the meter takes no value any more, for as long as this demo lives.',
    coverGo: 'Lift it',
    coverClose: 'Put the cover back',
    dismantled: 'The cover was lifted: the keys for value and control are erased. This meter has to be replaced.',
    power: 'Mains',
    powerWhy: 'Off, the meter has no power either and says so with its last.',
    line: 'Power line modem',
    lineWhy: 'Off, the wire behind local unit {} is cut for all its meters. What is sold waits and is not lost.',
  },
  ko: {
    listNote: '이 시연의 계량기를 집에 걸린 실물 모습 그대로 봅니다.',
    listWaiting: '계량기 목록을 묻는 중 …',
    listEmpty: '번호나 가입자가 맞는 계량기가 없습니다.',
    filter: '번호 또는 가입자',
    number: '계량기',
    subscriber: '가입자',
    balance: '잔액',
    none: '이 시연에는 계량기가 없습니다.',
    title: '계량기 {}',
    note: '{}의 집, 지역 장치 {}에 연결되어 있습니다.',
    noteUnnamed: '지역 장치 {}에 연결되어 있습니다.',
    noteUnoccupied: '아무도 살지 않는 집, 지역 장치 {}에 연결되어 있습니다.',
    waiting: '계량기 화면을 기다리는 중 …',
    all: '계량기 목록',
    interrupted: '시연이 응답하지 않아 화면이 멈췄습니다. 응답하면 저절로 이어집니다.',
    sound: '소리',
    soundWhy: '릴레이가 움직이는 소리와 부저',
    drawing: '정면에서 본 계량기, 번호는 도면과 같음',
    pointAt: '번호를 가리키면 쓰임새를 볼 수 있습니다. 부분들은 직접 눌러 볼 수 있습니다.',
    parts: {
      '1': {
        name: '릴레이',
        text: '잔액을 다 쓰면 접점이 떨어지고, 충전되면 다시 붙습니다. 붙어 있으면 집에 전기가 들어옵니다.',
      },
      '4': { name: '부저', text: '잔액이 적으면 알리고, 충전될 때까지 울립니다.' },
      '17': { name: '표시창', text: '잔액, 통신 상태, 전력과 사용량을 보여 줍니다. 꺼진 획도 희미하게 보입니다.' },
      '20': {
        name: '인터폰',
        text: '계량기에서 바로 전력 회사를 부릅니다. 대답은 계량기의 음성으로 들리고, 키패드로 번호를 누릅니다.',
      },
      '21': { name: '키패드', text: '금액을 누르고 #을 누르면 충전을 요청합니다. 컴퓨터 자판의 숫자도 됩니다.' },
      '60': {
        name: '카드 투입구',
        text: '꽂힌 카드는 전력선으로 충전되고, 통신선 없는 계량기가 알린 것을 가져옵니다. 은행 카드로는 결제합니다.',
      },
      '62': { name: '봉인', text: '덮개를 열면 끊어지고, 계량기는 키를 영영 지웁니다.' },
      '64': { name: '덮개', text: '단자를 가려 아무도 몰래 전선에 손대지 못하게 합니다.' },
      '66': {
        name: '단자',
        text: '1s와 2s로 전기가 들어오고 1L과 2L로 집에 나갑니다. 1s와 1L을 이으면 계량기를 거치지 않습니다.',
      },
    },
    pages: {
      balance: '잔액',
      transmission: '통신',
      power: '전력',
      energy: '누적',
      month: '이달',
      rate: '요율',
      'time-left': '남은 시간',
      card: '카드',
    },
    units: { tokens: '토큰', W: 'W', kWh: 'kWh', '%': '%', h: '시간', days: '일' },
    signs: {
      relayOpen: '차단',
      lowBalance: '잔액 부족',
      emergencyCredit: '비상',
      waiting: '호출 중',
      tamper: '봉인 이상',
    },
    glass: '표시창: {} {} {}',
    glassEmpty: '표시창: 전원이 없어 비어 있음',
    request: '요청',
    keys: { '#': '이 금액 요청', '*': '별표: 한 자리 지우기, 통화 중에는 뒤로 가기', page: '다음 화면' },
    keysHint: '컴퓨터 자판에서는 숫자, 지우기는 Backspace, 요청은 #, 다음 화면은 P입니다.',
    interphone: {
      states: { idle: '통화 중이 아닙니다.', calling: '전력 회사를 부르는 중 …', live: '전력 회사와 연결되었습니다.' },
      call: '전력 회사 부르기',
      hangUp: '끊기',
      heard: '음성 안내',
      keysHint: '이제 누르는 키는 전력 회사로 갑니다. #은 다시 듣기나 입력 끝, *은 뒤로 가기입니다.',
      speak: '이 브라우저로 말하기',
      speakHint: '메뉴에서 0번을 누르면 전화를 받는 상담원과 말할 수 있습니다. 통화 내용은 남기지 않습니다.',
      noMicrophone: '브라우저가 마이크를 주지 않습니다. 이 페이지에 마이크를 허용하고 다시 시도하세요.',
    },
    relay: '릴레이',
    relayClosed: '닫힘: 집에 전기가 들어옵니다.',
    relayOpen: '열림: 집에 전기가 끊겼습니다.',
    noPower: '정전입니다. 계량기도 꺼져 있습니다.',
    reasons: {
      noCredit: '잔액을 다 썼습니다. 충전되면 다시 닫힙니다.',
      overCurrent: '전선이 견딜 수 있는 것보다 큰 전류가 흘렀습니다. 무언가를 꺼 주세요.',
      tamper: '봉인이 끊어져 사람이 확인해야 합니다.',
      command: '전력 회사가 껐습니다.',
      loadLimit: '약정보다 많은 전력을 썼습니다. 무언가를 꺼 주세요.',
      awaitsKey: '이제 괜찮습니다. 아무 키나 누르면 닫힙니다.',
      leak: '새는 것처럼 많이 흘렀습니다. 살펴본 다음 #을 누르세요.',
    },
    nobodyLives: '아무도 살지 않아 지갑이 닫혀 있습니다. 누군가 입주하면 릴레이가 다시 닫힙니다.',
    calls: '지역 장치를 부르는 중: {}',
    buzzing: '충전될 때까지 부저가 울립니다.',
    silent: '부저가 울리지 않습니다.',
    sealWhole: '온전함: 덮개를 연 적이 없습니다.',
    sealBroken: '끊어짐: 덮개가 열렸습니다.',
    watts: '현재 전력',
    rate: '현재 요율',
    clock: '계량기 시계',
    clockUnset: '아직 맞추지 않음',
    chain: '값이 있는 곳',
    chainWhy:
      '저장부는 한 번에 최대 100토큰을 탱크에 줍니다. 탱크는 열 토큰씩 교환기에 주고, 교환기가 그것을 전기로 바꿉니다.',
    store: '저장부 (SVM)',
    tank: '탱크',
    tankUnits: '10칸 중 {}칸',
    exchanger: '교환기',
    owed: '사용한 비상 크레딧',
    frozen: '사람이 확인할 때까지 값이 묶여 있습니다.',
    sell: '이 계량기에 충전 판매',
    sellWhy: '창구에서 현금으로 판매합니다. 값은 전력선을 타고 이 계량기로만 갑니다.',
    amount: '받은 금액',
    amountWrong: '5.00처럼 금액을 적어 주세요.',
    sold: '{} 판매했습니다.',
    orderStates: {
      waiting: '기록되었습니다. 회선이 비는 대로 떠납니다.',
      outstanding: '계량기로 가는 중입니다.',
      voiding: '되돌리는 중입니다.',
      stored: '계량기에 저장되었습니다.',
      refunded: '환불되었습니다.',
      closed: '지갑과 함께 닫혔습니다.',
      found: '계량기에서 확인되었습니다.',
    },
    passes: '마지막 판매의 네 번의 교신',
    passOf: {
      first: '호스트: 누구입니까? 아무도 쓴 적 없는 수를 보냅니다.',
      second: '계량기: 저입니다. 증거와 마지막 거래, 제가 고른 수를 보냅니다.',
      third: '호스트: 저도 틀림없습니다. 이 거래에만 쓰이는 봉인된 금액입니다.',
      fourth: '계량기: 저장했습니다. 영수증입니다.',
    },
    passNotYet: '아직',
    passDone: '지나감',
    house: '집',
    houseWhy: '가족이 평소 쓰는 것에 더해 켭니다.',
    appliances: {
      kettle: '주전자',
      heater: '난로',
      'air-conditioner': '에어컨',
      cooker: '전기레인지',
      'washing-machine': '세탁기',
      fridge: '냉장고',
      television: '텔레비전',
      lamp: '전등',
    },
    card: '카드 {}',
    cardWhere: {
      hand: '손에 있습니다.',
      slot: '투입구에 있습니다. 호스트가 전력선으로 카드와 교신합니다.',
      out: '누군가 창구, 이 계량기, 지하실 사이에서 들고 다니는 중입니다. 저절로 돌아옵니다.',
    },
    cardWhy: '카드에 판매한 금액은 꽂혀 있는 동안 들어갑니다. 지하실에서는 가스와 수도 계량기에 금액을 줍니다.',
    cardIn: '투입구에 꽂기',
    cardOut: '빼기',
    bankCard: '은행 카드',
    bankCardWhy: '투입구에 꽂고 결제할 금액을 누른 뒤 #를 누르세요. 모의 은행이므로 실제 돈은 움직이지 않습니다.',
    bankCardFast:
      '시간이 실제의 {}배로 흘러 결제할 금액이 화면에 잠깐만 보입니다. 금액을 읽고 카드를 뺄 틈을 두려면 실제 빠르기로 늦추세요.',
    bankCardHand: '손에 있습니다.',
    bankCardIn: '여기에 꽂아 결제하기',
    bankCardOut: '돌려받기',
    bankCardStates: {
      none: '투입구에 있습니다. 지금은 계량기가 이 카드로 결제를 받지 않습니다.',
      'awaiting-amount': '투입구에 있습니다. 결제할 금액을 센트처럼 화폐의 가장 작은 단위로 누르고 #를 누르세요.',
      'awaiting-host': '계량기가 전력 회사를 부르고 있습니다.',
      'awaiting-card': '계량기와 카드가 결제를 확인하고 있습니다. 빼지 마세요.',
      'awaiting-bank': '전력 회사가 카드의 은행에 묻고 있습니다. 빼지 마세요.',
      approved: '{} 결제되었습니다. 금액이 이 계량기로 오고 있습니다.',
      declined: '승인되지 않았습니다. 결제된 것은 없습니다.',
      unanswered: '제때 응답이 없었습니다. 결제된 것은 없습니다. 금액을 다시 누르거나 나중에 해 보세요.',
      'card-unusable': '여기서 쓸 수 없는 카드입니다. 결제된 것은 없습니다.',
    },
    bankCardArrived: '{} 결제되었고, 금액이 이 계량기에 들어왔습니다.',
    mischief: '해서는 안 되는 일',
    bypass: '1s와 1L을 잇는 전선',
    bypassWhy: '1,500 W가 계량기를 거치지 않습니다. 계량기가 알아채고 알립니다.',
    cover: '덮개 열기',
    coverWhy: '봉인이 끊어지고 계량기가 곧바로 키를 지웁니다.',
    coverSure: '되돌릴 수 없습니다. 이 시연이 계속되는 동안 이 계량기는 더는 충전되지 않습니다.',
    coverGo: '열기',
    coverClose: '덮개 닫기',
    dismantled: '덮개가 열려 충전과 제어의 키가 지워졌습니다. 계량기를 바꿔야 합니다.',
    power: '전원',
    powerWhy: '끄면 계량기도 전기를 잃고, 마지막 힘으로 그것을 알립니다.',
    line: '전력선 모뎀',
    lineWhy: '끄면 지역 장치 {}에 딸린 모든 계량기의 회선이 끊깁니다. 판매한 것은 기다릴 뿐 잃지 않습니다.',
  },
};
