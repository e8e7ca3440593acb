import type { Language } from './language.ts';

/** Of the page of the grid, and of the overview's picture of it. */
export interface GridWords {
  readonly note: string;
  readonly waiting: string;
  readonly empty: string;
  readonly field: string;
  readonly area: string;
  readonly localUnit: string;
  readonly localUnits: string;
  readonly meters: string;
  readonly whole: string;
  readonly nearer: string;
  readonly farther: string;
  readonly keys: string;
  readonly street: string;
  readonly streetWaiting: string;
  /** `{}` is what an address names as a local unit. */
  readonly noStreet: string;
  readonly number: string;
  readonly address: string;
  readonly subscriber: string;
  readonly state: string;
  readonly balance: string;
  readonly inFlight: string;
  readonly heard: string;
  readonly never: string;
  readonly missing: string;
  /** `{}` is a power. */
  readonly missingLoad: string;
  readonly alarm: string;
  /** `{}` is the local unit. */
  readonly toAlarm: string;
  readonly tinted: string;
  readonly health: string;
  readonly noHealth: string;
  readonly legend: string;
}

export const GRID_WORDS: Readonly<Record<Language, GridWords>> = {
  en: {
    note: 'Area unit, local units and their meters, as the host knows them.',
    waiting: 'Reading the grid …',
    empty: 'No meter is enrolled yet. Enrol the first one under Subscribers.',
    field: 'Map of the grid: drag or use the arrow keys to move, the wheel or plus and minus to zoom, 0 for all of it.',
    area: 'AS',
    localUnit: 'LS {}',
    localUnits: 'Local units',
    meters: 'Meters: {}',
    whole: 'All of it',
    nearer: 'Nearer',
    farther: 'Farther',
    keys: 'Arrows move · + and − zoom · 0 shows all',
    street: 'Local unit {}',
    streetWaiting: 'Asking for the meters of local unit {} …',
    noStreet: 'No meter hangs on a local unit {}: choose one of the list, or on the map.',
    number: 'Meter',
    address: 'Address',
    subscriber: 'Subscriber',
    state: 'State',
    balance: 'Balance',
    inFlight: 'On its way',
    heard: 'Heard',
    never: 'never yet',
    missing: 'Energy is missing on this line',
    missingLoad: 'as much as a load of {} that never ends',
    alarm: 'See its alarm',
    toAlarm: '{}: energy is missing, see its alarm',
    tinted: 'Energy is missing',
    health: 'Frames {}, sent again {}, garbled {}',
    noHealth: 'This local unit has not told of its line yet.',
    legend: 'What the signs mean',
  },
  ko: {
    note: '호스트가 아는 그대로의 구역 장치, 지역 장치와 계량기입니다.',
    waiting: '배전망을 읽는 중 …',
    empty: '등록된 계량기가 없습니다. 가입자 페이지에서 첫 계량기를 등록하세요.',
    field: '배전망 지도: 끌거나 화살표 키로 이동, 휠이나 더하기·빼기로 확대와 축소, 0은 전체 보기.',
    area: 'AS',
    localUnit: 'LS {}',
    localUnits: '지역 장치',
    meters: '계량기 {}대',
    whole: '전체 보기',
    nearer: '확대',
    farther: '축소',
    keys: '화살표로 이동 · + − 로 확대·축소 · 0은 전체',
    street: '지역 장치 {}',
    streetWaiting: '지역 장치 {}의 계량기를 묻는 중 …',
    noStreet: '지역 장치 {}에 연결된 계량기가 없습니다. 목록이나 지도에서 고르세요.',
    number: '계량기',
    address: '주소',
    subscriber: '가입자',
    state: '상태',
    balance: '잔액',
    inFlight: '전송 중',
    heard: '마지막 소식',
    never: '아직 없음',
    missing: '이 선로에서 전력이 새고 있습니다',
    missingLoad: '쉬지 않고 쓰는 {} 부하만큼',
    alarm: '경보 보기',
    toAlarm: '{}: 전력이 새고 있음, 경보 보기',
    tinted: '전력이 새는 곳',
    health: '프레임 {}, 재전송 {}, 깨짐 {}',
    noHealth: '이 지역 장치는 아직 선로 상태를 알리지 않았습니다.',
    legend: '기호 설명',
  },
};
