import type { Language } from './language.ts';

const en = {
  note: 'Open alarms, and what each transformer gave against what its meters counted.',
  alarms: 'Open alarms',
  alarmsWaiting: 'Asking for the open alarms …',
  noAlarms: 'No alarm is open.',
  shownFirst: 'The most urgent {} of {} are shown.',
  what: 'Alarm',
  meter: 'Meter',
  localUnit: 'Local unit',
  since: 'Since',
  next: 'What to do next',
  actions: 'Act',
  look: 'Meter {}',
  off: 'Switch off',
  cleared: 'Clear after a look',
  release: 'Let value flow again',
  releaseSure: 'Has somebody looked at meter {}?',
  releaseNote: 'Value flows to it again at once, and the audit log keeps who decided it.',
  doubled: 'Two meters speak at one address',
  doubledId: 'Two meters bear one number',
  noAnswer: 'A meter does not answer',
  lines: 'Local units',
  linesWaiting: 'Asking for the local units …',
  noLines: 'No local unit has told of its line yet.',
  suspicions: '{} suspicions',
  compare: 'Transformer and meters, local unit {}',
  day: 'Day',
  before: 'The day before',
  after: 'The day after',
  gave: 'The transformer gave',
  counted: 'Its meters counted',
  difference: 'Difference',
  ofAll: '{} of what it gave',
  minutesTold: '{} of its minutes are known',
  unknownMinutes: '{} meter minutes not known',
  waitingCheck: 'Reading the minutes of the transformer …',
  noCheck: 'The transformer has told no minute of this day.',
  noCount: 'What the meters counted can be read by operators and auditors.',
  notPlaced:
    'Where on a line energy is lost is not located by itself: each day of a transformer is judged as a whole. A person has to look.',
  losses: 'Losses on transformers',
  noLosses: 'No loss is open.',
  lossState: 'How far',
  lossDays: '{} days, first on {}',
  unexplained: 'Not explained',
  sure: 'Sure by at least {} %.',
  notes: 'Notes',
  finding: 'What was found',
  notJudged: 'This day in UTC has not been judged: not all of it has come yet.',
  band: 'An honest day loses from {} to {}.',
  beyond: '{} are beyond what the line itself is held to lose.',
  raisedFrom: 'A load of {} all day that no meter sees would be raised.',
  incomplete: 'Meters have not told all minutes: the difference is at most this much.',
  chart: 'By hour: what the transformer of local unit {} gave, and what its meters counted.',
  byMeter: 'Meter by meter',
  used: 'Counted',
  missing: 'Minutes not known',
} as const;

const todo = {
  frozen: 'Look at books and meter. Where both agree, let value flow again.',
  tampered: 'Send somebody to look at seal and terminals. Switch it off until then, and clear it afterwards.',
  dark: 'Ask neighbours on the line: one meter alone is a fault at the house, many are a fault of the line.',
  suspicion: 'Look at the addresses on this line: one of the meters was moved, exchanged or copied.',
} as const;

const kinds = {
  frozen: 'Value held back',
  tampered: 'Tampering',
  dark: 'Not answering',
  suspicion: 'Suspicion on the line',
} as const;

const lossStates = { new: 'New', seen: 'Seen', visited: 'Visited', closed: 'Closed' } as const;
const lossSteps = { seen: 'Mark as seen', visited: 'Somebody was there', closed: 'Close' } as const;
const findings = {
  theft: 'Somebody took energy',
  fault: 'Something was broken',
  expected: 'It is to be so from now on',
  nothing: 'Nothing was found',
} as const;
const verdicts = {
  balanced: 'Balanced',
  loss: 'Energy was lost',
  gain: 'Meters counted more than can be',
  'not-known': 'It cannot be said',
} as const;
const whys = {
  'no-meters': 'no meter stands on the line',
  transformer: 'the transformer was out, or its own meter told too little',
  'meter-new': 'a meter was enrolled on this day',
  'meter-replaced': 'another meter speaks under the number of one of them',
  'meter-moved': 'another meter speaks at the address of one of them',
  'meter-frozen': 'a meter is frozen',
  profile: 'a meter has not told this day',
  'profile-twice': 'two meters told the very same minutes',
  minutes: 'a meter does not know enough of its minutes',
  clock: 'the clock of a meter is far off',
  hours: 'in some hour meters counted more than the transformer gave',
} as const;

type Of<T> = Readonly<Record<keyof T, string>>;

/** Of the page of theft and losses. */
export interface LossesWords extends Of<typeof en> {
  readonly todo: Of<typeof todo>;
  readonly kinds: Of<typeof kinds>;
  readonly lossStates: Of<typeof lossStates>;
  readonly lossSteps: Of<typeof lossSteps>;
  readonly findings: Of<typeof findings>;
  readonly verdicts: Of<typeof verdicts>;
  readonly whys: Of<typeof whys>;
}

export const LOSSES_WORDS: Readonly<Record<Language, LossesWords>> = {
  en: { ...en, todo, kinds, lossStates, lossSteps, findings, verdicts, whys },
  ko: {
    note: '열린 경보와, 변압기가 내보낸 전력량과 계량기가 잰 전력량의 비교입니다.',
    alarms: '열린 경보',
    alarmsWaiting: '열린 경보를 묻는 중 …',
    noAlarms: '열린 경보가 없습니다.',
    shownFirst: '급한 순서로 {}건을 보여 줍니다(모두 {}건).',
    what: '경보',
    meter: '계량기',
    localUnit: '지역 장치',
    since: '시작',
    next: '다음에 할 일',
    actions: '조치',
    look: '계량기 {}',
    off: '끄기',
    cleared: '확인 후 해제',
    release: '충전 다시 허용',
    releaseSure: '계량기 {}을 담당자가 확인했나요?',
    releaseNote: '바로 다시 충전할 수 있게 되며, 누가 결정했는지 감사 기록에 남습니다.',
    doubled: '한 주소에서 계량기 두 대가 응답',
    doubledId: '두 계량기가 같은 번호를 사용',
    noAnswer: '계량기가 응답하지 않음',
    lines: '지역 장치',
    linesWaiting: '지역 장치에 관해 묻는 중 …',
    noLines: '선로 상태를 알린 지역 장치가 아직 없습니다.',
    suspicions: '의심 {}건',
    compare: '변압기와 계량기, 지역 장치 {}',
    day: '날짜',
    before: '전날',
    after: '다음 날',
    gave: '변압기가 내보낸 양',
    counted: '계량기가 잰 양',
    difference: '차이',
    ofAll: '내보낸 양의 {}',
    minutesTold: '변압기 기록 {}분',
    unknownMinutes: '알 수 없는 계량기 기록 {}분',
    waitingCheck: '변압기의 분 단위 기록을 읽는 중 …',
    noCheck: '이 날 변압기가 전한 기록이 없습니다.',
    noCount: '계량기가 잰 양은 운영자와 감사자만 볼 수 있습니다.',
    notPlaced:
      '선로의 어디서 전기가 새는지는 자동으로 찾지 않습니다. 변압기의 하루를 통째로 판정하므로 담당자의 확인이 필요합니다.',
    losses: '변압기 손실',
    noLosses: '열린 손실 경보가 없습니다.',
    lossState: '진행',
    lossDays: '{}일, 첫날 {}',
    unexplained: '설명되지 않는 양',
    sure: '확실성 {} % 이상.',
    notes: '메모',
    finding: '확인 결과',
    notJudged: '이 날(UTC)은 아직 판정되지 않았습니다. 자료가 다 오지 않았습니다.',
    band: '정상인 날의 손실은 {}에서 {}까지입니다.',
    beyond: '선로 손실로 설명되지 않는 양은 {}입니다.',
    raisedFrom: '어떤 계량기도 재지 않는 {} 부하가 하루 내내 있으면 경보가 납니다.',
    incomplete: '계량기가 모든 시간을 전하지 않아, 차이는 많아야 이만큼입니다.',
    chart: '시간별: 지역 장치 {}의 변압기가 내보낸 양과 계량기가 잰 양.',
    byMeter: '계량기별',
    used: '잰 양',
    missing: '알 수 없는 분',
    todo: {
      frozen: '장부와 계량기를 확인하세요. 둘이 맞으면 충전을 다시 허용하세요.',
      tampered: '봉인과 단자를 확인할 사람을 보내세요. 그때까지 끄고, 확인 뒤 해제하세요.',
      dark: '같은 선로의 이웃을 확인하세요. 한 대만이면 그 집, 여러 대면 선로의 문제입니다.',
      suspicion: '이 선로의 주소를 확인하세요. 계량기가 옮겨졌거나 바뀌었거나 복제되었습니다.',
    },
    lossStates: { new: '새 경보', seen: '확인함', visited: '현장 방문', closed: '종결' },
    lossSteps: { seen: '확인으로 표시', visited: '현장 방문함', closed: '종결' },
    findings: {
      theft: '누군가 전기를 가져감',
      fault: '고장',
      expected: '앞으로도 그러함',
      nothing: '아무것도 찾지 못함',
    },
    verdicts: {
      balanced: '균형',
      loss: '손실 발생',
      gain: '계량기가 있을 수 없이 많이 잼',
      'not-known': '알 수 없음',
    },
    whys: {
      'no-meters': '선로에 계량기가 없음',
      transformer: '변압기가 꺼졌거나 변압기 계량기의 기록이 부족함',
      'meter-new': '이 날 등록된 계량기가 있음',
      'meter-replaced': '한 계량기의 번호로 다른 계량기가 응답함',
      'meter-moved': '한 계량기의 주소에서 다른 계량기가 응답함',
      'meter-frozen': '충전이 보류된 계량기가 있음',
      profile: '이 날을 전하지 않은 계량기가 있음',
      'profile-twice': '두 계량기의 기록이 똑같음',
      minutes: '한 계량기에 알 수 없는 시간이 너무 많음',
      clock: '한 계량기의 시계가 크게 틀림',
      hours: '계량기가 변압기보다 많이 잰 시간이 있음',
    },
    kinds: {
      frozen: '충전 보류',
      tampered: '조작',
      dark: '응답 없음',
      suspicion: '선로 의심',
    },
  },
};
