import type { Language } from './language.ts';

/** Of the page for whoever works in the field, on a phone, before a meter. */
export interface FieldWords {
  readonly note: string;
  readonly find: string;
  readonly findNote: string;
  readonly go: string;
  readonly waiting: string;
  readonly another: string;
  readonly enrol: string;
  readonly enrolNote: string;
  readonly number: string;
  readonly subscriber: string;
  readonly localUnit: string;
  readonly localUnitNote: string;
  readonly address: string;
  readonly addressNote: string;
  readonly suite: string;
  readonly supplies: string;
  readonly tariff: string;
  readonly tariffNote: string;
  readonly enrolled: string;
  readonly purse: Readonly<Record<'open' | 'closing' | 'closed', string>>;
  readonly frozen: string;
  readonly heard: string;
  readonly neverHeard: string;
  readonly balance: string;
  readonly line: string;
  readonly clock: string;
  readonly clockRight: string;
  readonly clockOff: string;
  readonly policy: string;
  readonly table: string;
  readonly flags: string;
  readonly attention: string;
  readonly nothing: string;
  readonly retries: string;
  readonly commands: string;
  readonly commandsNote: string;
  readonly closeRelay: string;
  readonly openRelay: string;
  readonly setClock: string;
  readonly clearTamper: string;
  readonly sure: string;
  readonly ordered: string;
  readonly noCommands: string;
  readonly how: string;
  readonly when: string;
  readonly what: string;
  readonly states: Readonly<Record<'waiting' | 'awaiting-local-unit' | 'done' | 'refused', string>>;
  readonly events: string;
  readonly noEvents: string;
  readonly work: string;
  readonly readdress: string;
  readonly readdressed: string;
  readonly replace: string;
  readonly replaceSteps: readonly string[];
  readonly closePurse: string;
  readonly closePurseWhy: string;
  readonly closing: string;
  readonly revive: string;
  readonly reviveNote: string;
  readonly keysErased: string;
  readonly keysThere: string;
  /** `{}` is when, the second who. */
  readonly reviveAsked: string;
  readonly reviveAgreed: string;
  readonly reviveWhy: string;
  readonly reviveAsk: string;
  readonly reviveSent: string;
}

export const FIELD_WORDS: Readonly<Record<Language, FieldWords>> = {
  en: {
    note: 'Before a meter: see how it stands, and put it right.',
    find: 'Number of the meter',
    findNote: 'Six digits and letters, as on its case.',
    go: 'Show it',
    waiting: 'Asking the host about the meter …',
    another: 'Another meter',
    enrol: 'Commission a new meter',
    enrolNote: 'Its keys are made by the host. It is heard on its line within two rounds, and takes its tables then.',
    number: 'Number, as on its case',
    subscriber: 'Id of the subscriber',
    localUnit: 'Local unit',
    localUnitNote: 'Area unit × 256 + local unit.',
    address: 'Modem address on the line',
    addressNote: '0 to 255, and nobody else’s on this line.',
    suite: 'Suite',
    supplies: 'Supplies',
    tariff: 'Tariff',
    tariffNote: 'Empty: it gets one later.',
    enrolled: 'Meter {} is commissioned.',
    purse: {
      open: 'Its purse is open.',
      closing: 'Its purse is being closed.',
      closed: 'Its purse is closed.',
    },
    frozen: 'No value goes to it until a person decides. {}',
    heard: 'Heard {}',
    neverHeard: 'Never heard on its line. If it has power, look at its modem address and its local unit.',
    balance: 'Balance, as last told',
    line: 'Line',
    clock: 'Clock',
    clockRight: 'right to the second',
    clockOff: '{} s off its local unit’s',
    policy: 'Supply rules',
    table: 'Tariff table',
    flags: 'It says',
    attention: 'It calls for',
    nothing: 'nothing',
    retries: '{} of {} frames of unit {} were sent again, {} came garbled',
    commands: 'Commands',
    commandsNote: 'The meter answers a command when its line reaches it; one that is dark does it when it is back.',
    closeRelay: 'Let supply on',
    openRelay: 'Switch supply off',
    setClock: 'Set its clock',
    clearTamper: 'Clear the tamper alarm',
    sure: 'Press again to do it',
    ordered: 'ordered {}',
    noCommands: 'Nothing was ordered yet.',
    how: 'How it stands',
    when: 'When',
    what: 'What',
    states: {
      waiting: 'waits for the line',
      'awaiting-local-unit': 'waits for the local unit',
      done: 'done',
      refused: 'refused by the meter',
    },
    events: 'What it saw',
    noEvents: 'It has told of nothing yet.',
    work: 'Work on it',
    readdress: 'Give it another modem address',
    readdressed: 'It is asked at address {} from now on.',
    replace: 'Replace it',
    replaceSteps: [
      'Close the purse of the old meter while it still has power and line: what is left comes back and is credited to nobody else.',
      'Wait until its purse is closed. Only then take the old meter away; if it is broken, an operator settles what it held.',
      'Mount the new meter, give its modem a free address, and commission it for the same subscriber.',
      'What was left is sold to the new meter again at the counter.',
    ],
    closePurse: 'Close its purse',
    closePurseWhy: 'All that is left is taken out and the relay opens. It cannot be undone.',
    closing: 'The purse is being closed: the meter’s receipt decides what was left.',
    revive: 'Revive it',
    reviveNote:
      'A meter whose case was opened has erased its keys. Ask for its revival here; when somebody else has agreed, two custodians give it its keys, and its relay closes by itself.',
    keysErased: 'It told that its keys are erased.',
    keysThere: 'It has not told of erased keys.',
    reviveAsked: 'Asked for {} by {}. Somebody else has to agree.',
    reviveAgreed: 'Agreed: it waits for its keys from two custodians.',
    reviveWhy: 'What happened to it',
    reviveAsk: 'Ask to revive it',
    reviveSent: 'Asked for. It waits for a second person.',
  },
  ko: {
    note: '계량기 앞에서 상태를 보고 바로잡습니다.',
    find: '계량기 번호',
    findNote: '겉면에 적힌 여섯 자리입니다.',
    go: '보기',
    waiting: '계량기 상태를 묻는 중 …',
    another: '다른 계량기',
    enrol: '새 계량기 등록',
    enrolNote: '키는 호스트가 만듭니다. 두 차례 안에 선로에서 응답하고 요금표를 받습니다.',
    number: '겉면의 번호',
    subscriber: '가입자 번호',
    localUnit: '지역 장치',
    localUnitNote: '구역 장치 × 256 + 지역 장치.',
    address: '선로의 모뎀 주소',
    addressNote: '0~255 가운데 이 선로에서 아무도 쓰지 않는 값.',
    suite: '암호 모음',
    supplies: '공급 회로 수',
    tariff: '요금제',
    tariffNote: '비워 두면 나중에 정합니다.',
    enrolled: '계량기 {}을(를) 등록했습니다.',
    purse: { open: '지갑이 열려 있습니다.', closing: '지갑을 닫는 중입니다.', closed: '지갑이 닫혔습니다.' },
    frozen: '사람이 판단할 때까지 가치를 보내지 않습니다. {}',
    heard: '{} 응답',
    neverHeard: '선로에서 한 번도 응답하지 않았습니다. 전원이 있다면 모뎀 주소와 지역 장치를 확인하세요.',
    balance: '마지막으로 알린 잔액',
    line: '선로',
    clock: '시계',
    clockRight: '정확함',
    clockOff: '지역 장치와 {}초 차이',
    policy: '공급 규칙',
    table: '요금표',
    flags: '상태 표시',
    attention: '알림',
    nothing: '없음',
    retries: '프레임 {} / {}개 재전송(유닛 {}), {}개 깨짐',
    commands: '명령',
    commandsNote: '선로가 닿으면 계량기가 답합니다. 꺼져 있으면 켜진 뒤에 실행합니다.',
    closeRelay: '전기 넣기',
    openRelay: '전기 끊기',
    setClock: '시계 맞추기',
    clearTamper: '조작 경보 해제',
    sure: '한 번 더 누르면 실행',
    ordered: '{} 지시',
    noCommands: '아직 지시한 것이 없습니다.',
    how: '진행 상태',
    when: '시각',
    what: '내용',
    states: {
      waiting: '선로 대기 중',
      'awaiting-local-unit': '지역 장치 대기 중',
      done: '완료',
      refused: '계량기가 거절함',
    },
    events: '겪은 일',
    noEvents: '아직 알린 일이 없습니다.',
    work: '작업',
    readdress: '모뎀 주소 바꾸기',
    readdressed: '이제부터 주소 {}(으)로 묻습니다.',
    replace: '계량기 교체',
    replaceSteps: [
      '옛 계량기에 전원과 선로가 살아 있을 때 지갑을 닫으세요. 남은 가치가 돌아오며 다른 곳으로 가지 않습니다.',
      '지갑이 닫힐 때까지 기다린 다음 떼어 내세요. 고장 났다면 남아 있던 가치는 운영자가 정산합니다.',
      '새 계량기를 달고, 비어 있는 모뎀 주소를 준 뒤, 같은 가입자로 등록하세요.',
      '남았던 가치는 창구에서 새 계량기에 다시 충전합니다.',
    ],
    closePurse: '지갑 닫기',
    closePurseWhy: '남은 가치를 모두 꺼내고 릴레이를 엽니다. 되돌릴 수 없습니다.',
    closing: '지갑을 닫는 중입니다. 남은 금액은 계량기 영수증이 정합니다.',
    revive: '되살리기',
    reviveNote:
      '겉뚜껑이 열린 계량기는 키를 스스로 지웁니다. 여기서 되살리기를 요청하세요. 다른 사람이 승인하고 보관자 두 사람이 키를 넣어 주면 릴레이가 저절로 닫힙니다.',
    keysErased: '계량기가 키를 지웠다고 알렸습니다.',
    keysThere: '계량기가 키를 지웠다고 알린 적이 없습니다.',
    reviveAsked: '{}에 {} 님이 요청했습니다. 다른 사람의 승인이 필요합니다.',
    reviveAgreed: '승인되었습니다. 보관자 두 사람의 키를 기다립니다.',
    reviveWhy: '무슨 일이 있었나요',
    reviveAsk: '되살리기 요청',
    reviveSent: '요청했습니다. 다른 사람의 승인을 기다립니다.',
  },
};
