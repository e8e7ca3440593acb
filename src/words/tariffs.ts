import type { Language } from './language.ts';

type DayRow = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday' | 'holidays';

/** Of the pages of tariffs: the list, the painted week, and what it would cost somebody. */
export interface TariffsWords {
  readonly note: string;
  readonly waiting: string;
  readonly none: string;
  readonly add: string;
  readonly name: string;
  readonly version: string;
  readonly from: string;
  readonly inForce: string;
  readonly charge: string;
  readonly steps: string;
  readonly meters: string;
  readonly metersMore: string;
  readonly noMeters: string;
  readonly versions: string;
  readonly versionsNote: string;
  readonly openVersion: string;
  readonly days: Readonly<Record<DayRow, string>>;
  readonly daysShort: Readonly<Record<DayRow, string>>;
  readonly holiday: string;
  readonly week: string;
  readonly weekNote: string;
  readonly cell: string;
  readonly brush: string;
  readonly own: string;
  readonly undo: string;
  readonly redo: string;
  readonly squares: string;
  readonly squareOf: string;
  readonly squaresDiffer: string;
  readonly season: string;
  readonly seasonChange: string;
  readonly wholeYear: string;
  readonly seasonName: string;
  readonly seasonFrom: string;
  readonly seasonAdd: string;
  readonly seasonRemove: string;
  readonly seasonTaken: string;
  readonly holidays: string;
  readonly holidaysNote: string;
  readonly holidayAdd: string;
  readonly holidayRemove: string;
  readonly noHolidays: string;
  readonly chargeLabel: string;
  readonly chargeNote: string;
  readonly chargeWrong: string;
  readonly surcharge: string;
  readonly surchargeOn: string;
  readonly surchargeNote: string;
  readonly lagUpTo: string;
  readonly lagFrom: string;
  readonly limit: string;
  readonly percentOf: string;
  readonly surchargeWrong: string;
  readonly preview: string;
  readonly previewMeter: string;
  readonly previewWaiting: string;
  readonly previewNothing: string;
  readonly previewMonth: string;
  readonly inForceCosts: string;
  readonly paintedCosts: string;
  readonly differs: string;
  readonly alike: string;
  readonly used: string;
  readonly unknownMinutes: string;
  readonly byStep: string;
  readonly publish: string;
  readonly publishedAt: string;
  readonly publishTitle: string;
  readonly publishNote: string;
  readonly at: string;
  readonly atNote: string;
  readonly atWrong: string;
  readonly published: string;
  readonly changed: string;
  readonly unchanged: string;
  readonly assign: string;
  readonly assignNote: string;
  readonly assigned: string;
  readonly unpaintable: Readonly<Record<'months' | 'seasons-overlap' | 'times' | 'bands-overlap' | 'gap', string>>;
  readonly asItIs: string;
  readonly unknown: string;
}

export const TARIFFS_WORDS: Readonly<Record<Language, TariffsWords>> = {
  en: {
    note: 'What a kilowatt-hour costs, hour by hour.',
    waiting: 'Reading the tariffs …',
    none: 'No tariff is published yet. Paint the first one, and give it to meters.',
    add: 'New tariff',
    name: 'Tariff',
    version: 'Version',
    from: 'Holds from',
    inForce: 'in force',
    charge: 'Per kWh at 100%',
    steps: 'Steps',
    meters: 'Meters',
    metersMore: 'more than {}',
    noMeters: 'No meter has this tariff.',
    versions: 'Versions',
    versionsNote: 'A meter that is moved to a tariff gets a version of its own.',
    openVersion: 'Show version {}',
    days: {
      monday: 'Monday',
      tuesday: 'Tuesday',
      wednesday: 'Wednesday',
      thursday: 'Thursday',
      friday: 'Friday',
      saturday: 'Saturday',
      sunday: 'Sunday',
      holidays: 'Holidays',
    },
    daysShort: {
      monday: 'Mon',
      tuesday: 'Tue',
      wednesday: 'Wed',
      thursday: 'Thu',
      friday: 'Fri',
      saturday: 'Sat',
      sunday: 'Sun',
      holidays: 'Holiday',
    },
    holiday: 'Holiday',
    week: 'Week',
    weekNote:
      'Drag to paint. With keys: arrows move, 1 to 6 paint a step, 0 paints your own, with Shift a whole stretch.',
    cell: '{}, {} to {}, {}%',
    brush: 'Step to paint with',
    own: 'Your own step, %',
    undo: 'Undo',
    redo: 'Redo',
    squares: 'Squares of',
    squareOf: '{} min',
    squaresDiffer: 'Some stretches are shorter than that: paint them alike first.',
    season: 'Season',
    seasonChange: 'Change this season',
    wholeYear: 'Whole year',
    seasonName: 'Name of the season',
    seasonFrom: 'Begins on',
    seasonAdd: 'Add a season',
    seasonRemove: 'Remove this season',
    seasonTaken: 'A season of that name, or one that begins on that day, is there already.',
    holidays: 'Holidays',
    holidaysNote: 'On these days the row of holidays holds.',
    holidayAdd: 'Add',
    holidayRemove: 'Remove {}',
    noHolidays: 'None named.',
    chargeLabel: 'Unit charge at 100%',
    chargeNote: '{} for a kilowatt-hour.',
    chargeWrong: 'An amount such as 0.25',
    surcharge: 'Surcharge by phase angle',
    surchargeOn: 'Loads that shift the current pay more',
    surchargeNote: 'Multiplies the price in each band of lag; 100% is none.',
    lagUpTo: 'Below {}°',
    lagFrom: 'From {}°',
    limit: 'Band {} begins at, °',
    percentOf: 'Percent in band {}',
    surchargeWrong: 'Three rising angles from 1 to 90°, and percents from 0 to 1000.',
    preview: 'A household’s month',
    previewMeter: 'Number of a meter',
    previewWaiting: 'Computing the month anew …',
    previewNothing: 'Name a meter, and its month is computed anew while you paint.',
    previewMonth: '{}, from what the meter measured',
    inForceCosts: 'By the tariff in force',
    paintedCosts: 'As painted',
    differs: '{} difference',
    alike: 'The same',
    used: 'Used',
    unknownMinutes: '{} minutes are not known, and stand in neither.',
    byStep: 'As painted, by step',
    publish: 'Publish',
    publishedAt: 'Published',
    publishTitle: 'Publish {}',
    publishNote: 'A new version goes to all meters of this tariff. What they have used already keeps its price.',
    at: 'Holds from',
    atNote: 'Empty: from now on. By the clock of the utility, {}.',
    atWrong: 'A day and an hour such as 2026-03-01 00:00',
    published: 'Version {} of {} is published and on its way to its meters.',
    changed: 'Painted and not published yet',
    unchanged: 'As published',
    assign: 'Move a meter to this tariff',
    assignNote: 'It gets the tables with its next contact.',
    assigned: 'Meter {} has this tariff now.',
    unpaintable: {
      months: 'This tariff names months, which no painted season can say.',
      'seasons-overlap': 'Seasons of this tariff share days, which no painted season can say.',
      times: 'A band of this tariff begins within a quarter of an hour, where no square does.',
      'bands-overlap': 'Bands of this tariff overlap.',
      gap: 'Some hours of this tariff have no price.',
    },
    asItIs: 'Here it is as it was written. You can publish a painted one in its place.',
    unknown: 'There is no tariff “{}”. Paint one, and it is.',
  },
  ko: {
    note: '시간마다 1 kWh 값이 얼마인지 정합니다.',
    waiting: '요금제를 읽는 중 …',
    none: '아직 공표된 요금제가 없습니다. 첫 요금제를 칠해서 계량기에 지정해 보세요.',
    add: '새 요금제',
    name: '요금제',
    version: '버전',
    from: '시행 시각',
    inForce: '시행 중',
    charge: '100% 기준 kWh당',
    steps: '단계',
    meters: '계량기',
    metersMore: '{}대 넘음',
    noMeters: '이 요금제를 쓰는 계량기가 없습니다.',
    versions: '버전 기록',
    versionsNote: '계량기를 요금제로 옮기면 그 계량기의 버전이 새로 생깁니다.',
    openVersion: '버전 {} 보기',
    days: {
      monday: '월요일',
      tuesday: '화요일',
      wednesday: '수요일',
      thursday: '목요일',
      friday: '금요일',
      saturday: '토요일',
      sunday: '일요일',
      holidays: '공휴일',
    },
    daysShort: {
      monday: '월',
      tuesday: '화',
      wednesday: '수',
      thursday: '목',
      friday: '금',
      saturday: '토',
      sunday: '일',
      holidays: '공휴일',
    },
    holiday: '공휴일',
    week: '한 주',
    weekNote:
      '끌어서 칠하세요. 키보드로는 화살표로 옮기고 1~6으로 단계를, 0으로 직접 정한 값을 칠합니다. Shift를 누르면 구간이 잡힙니다.',
    cell: '{}, {}부터 {}까지, {}%',
    brush: '칠할 단계',
    own: '직접 정한 단계(%)',
    undo: '되돌리기',
    redo: '다시 하기',
    squares: '칸 크기',
    squareOf: '{}분',
    squaresDiffer: '그보다 짧은 구간이 있습니다. 먼저 같은 값으로 칠해 주세요.',
    season: '계절',
    seasonChange: '이 계절 바꾸기',
    wholeYear: '일 년 내내',
    seasonName: '계절 이름',
    seasonFrom: '시작일',
    seasonAdd: '계절 추가',
    seasonRemove: '이 계절 없애기',
    seasonTaken: '같은 이름이나 같은 시작일의 계절이 이미 있습니다.',
    holidays: '공휴일',
    holidaysNote: '이 날에는 공휴일 줄의 값이 적용됩니다.',
    holidayAdd: '추가',
    holidayRemove: '{} 지우기',
    noHolidays: '지정된 날이 없습니다.',
    chargeLabel: '100% 기준 단가',
    chargeNote: '1 kWh에 {}입니다.',
    chargeWrong: '0.25처럼 적어 주세요',
    surcharge: '위상각 할증',
    surchargeOn: '전류를 밀리게 하는 부하에 더 받기',
    surchargeNote: '지연각 구간마다 값에 곱합니다. 100%는 할증이 없다는 뜻입니다.',
    lagUpTo: '{}° 미만',
    lagFrom: '{}° 이상',
    limit: '구간 {} 시작 각도(°)',
    percentOf: '구간 {}의 비율(%)',
    surchargeWrong: '각도는 1~90° 사이에서 커지는 세 값, 비율은 0~1000이어야 합니다.',
    preview: '한 가구의 한 달',
    previewMeter: '계량기 번호',
    previewWaiting: '한 달을 다시 계산하는 중 …',
    previewNothing: '계량기 번호를 적으면 칠하는 대로 그 집의 한 달을 다시 계산합니다.',
    previewMonth: '{}, 계량기가 잰 값으로',
    inForceCosts: '지금 요금제로',
    paintedCosts: '칠한 요금제로',
    differs: '{} 차이',
    alike: '같음',
    used: '사용량',
    unknownMinutes: '{}분은 알 수 없어 양쪽 모두에서 뺐습니다.',
    byStep: '칠한 요금제의 단계별 금액',
    publish: '공표',
    publishedAt: '공표한 시각',
    publishTitle: '{} 공표',
    publishNote: '새 버전이 이 요금제의 모든 계량기로 갑니다. 이미 쓴 전기의 값은 그대로입니다.',
    at: '시행 시각',
    atNote: '비워 두면 지금부터입니다. 시각은 {} 기준입니다.',
    atWrong: '2026-03-01 00:00처럼 적어 주세요',
    published: '버전 {}({} 요금제)을 공표했습니다. 계량기로 보내는 중입니다.',
    changed: '칠했지만 아직 공표하지 않음',
    unchanged: '공표된 그대로',
    assign: '계량기를 이 요금제로 옮기기',
    assignNote: '다음 교신 때 요금표를 받습니다.',
    assigned: '계량기 {}이(가) 이 요금제를 씁니다.',
    unpaintable: {
      months: '달을 따로 지정한 요금제라서 계절로 칠할 수 없습니다.',
      'seasons-overlap': '계절끼리 겹치는 날이 있어 칠할 수 없습니다.',
      times: '15분 칸에 맞지 않는 시각이 있어 칠할 수 없습니다.',
      'bands-overlap': '구간끼리 겹쳐서 칠할 수 없습니다.',
      gap: '값이 없는 시간이 있어 칠할 수 없습니다.',
    },
    asItIs: '적힌 그대로 보여 드립니다. 새로 칠해서 대신 공표할 수 있습니다.',
    unknown: '“{}” 요금제는 없습니다. 칠해서 만들어 보세요.',
  },
};
