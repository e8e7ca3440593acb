import type { Language } from './language.ts';

const en = {
  where: 'Where it may be lost: local unit {}, {}',
  placed: 'One meter is more likely than all else together.',
  notPlaced: 'The data tell no place. The list says only where to look first.',
  constant: 'A load of about {} all day that no meter sees would explain it too: likely by {}%.',
  near: 'By the voltage it is beside one of these meters:',
  nearOne: '{}, phase {}, by {}%',
  meter: 'Meter',
  likelihood: 'Likely by',
  evidence: 'Evidence',
  noEvidence: 'Nothing speaks against it.',
  chart: 'How likely each meter of local unit {} is, in percent.',
  dropped: 'It counts {}% less than it used to; in the middle of its neighbours it is {}%.',
  whichMeter: 'At which meter',
  noMeter: 'None of them',
} as const;

const notPlacedWhy = {
  'no-network': 'It has no place in the data: describe the lines behind the transformer, and voltage may tell.',
  'no-history': 'It has no place in the data: voltage tells one only against three balanced days before.',
  'no-voltages': 'It has no place in the data: too few meters told their voltage.',
  'not-told': 'It has no place in the data: the voltage does not tell one.',
} as const;

const patterns = {
  share: '{} (± {}) are missing in step with what it counts, all day.',
  night: '{} (± {}) are missing in step with what it counts, at night.',
  missing: '{} (± {}) are missing when it counts nearly nothing and used to count more.',
  clipped: '{} (± {}) are missing when it counts its very most.',
  turned: 'What is missing fits a day that it told from its end.',
} as const;

const events = {
  'output-voltage': 'It told of voltage behind its open relay.',
  bypass: 'It told of a bypass.',
  cover: 'Its cover was opened.',
  magnet: 'It told of a magnet.',
  reverse: 'It told of energy that flowed backwards.',
  record: 'A record of it differs from the one that it had sent.',
  log: 'Its events are not all there, or were changed.',
} as const;

const visits = { theft: 'Theft was found at it before.', nothing: 'The last visit found nothing at it.' } as const;

type Of<T> = Readonly<Record<keyof T, string>>;

/** Of the meters at which energy may be lost. */
export interface SuspectWords extends Of<typeof en> {
  readonly patterns: Of<typeof patterns>;
  readonly events: Of<typeof events>;
  readonly visits: Of<typeof visits>;
  readonly notPlacedWhy: Of<typeof notPlacedWhy>;
}

export const SUSPECT_WORDS: Readonly<Record<Language, SuspectWords>> = {
  en: { ...en, patterns, events, visits, notPlacedWhy },
  ko: {
    where: '새는 곳 추정: 지역 장치 {}, {}',
    placed: '한 계량기가 나머지 모두보다 더 유력합니다.',
    notPlaced: '자료로는 장소를 알 수 없습니다. 먼저 볼 순서만 보여 줍니다.',
    constant: '어떤 계량기도 재지 않는 약 {}의 일정한 부하로도 설명됩니다(가능성 {}%).',
    near: '전압으로 보아 다음 계량기 가운데 하나의 곁입니다:',
    nearOne: '{}, {}상, {}%',
    notPlacedWhy: {
      'no-network': '그 장소는 자료에 없습니다. 변압기 뒤의 선로를 입력하면 전압으로 알 수도 있습니다.',
      'no-history': '그 장소는 자료에 없습니다. 전압은 그 전에 균형이 맞은 사흘이 있어야 장소를 알려 줍니다.',
      'no-voltages': '그 장소는 자료에 없습니다. 전압을 전한 계량기가 너무 적습니다.',
      'not-told': '그 장소는 자료에 없습니다. 전압으로도 알 수 없습니다.',
    },
    meter: '계량기',
    likelihood: '가능성',
    evidence: '근거',
    noEvidence: '의심할 근거가 없습니다.',
    chart: '지역 장치 {}의 계량기별 가능성(%).',
    dropped: '전보다 {}% 적게 재며, 이웃의 중간값은 {}%입니다.',
    whichMeter: '어느 계량기',
    noMeter: '해당 없음',
    patterns: {
      share: '{} (± {})가 하루 종일 이 계량기가 재는 양에 맞춰 모자랍니다.',
      night: '{} (± {})가 밤에 이 계량기가 재는 양에 맞춰 모자랍니다.',
      missing: '{} (± {})가 이 계량기가 전과 달리 거의 재지 않을 때 모자랍니다.',
      clipped: '{} (± {})가 이 계량기가 가장 많이 잴 때 모자랍니다.',
      turned: '모자라는 양이 하루를 거꾸로 전한 것과 맞습니다.',
    },
    events: {
      'output-voltage': '열린 릴레이 뒤에 전압이 있다고 알렸습니다.',
      bypass: '우회를 알렸습니다.',
      cover: '덮개가 열렸습니다.',
      magnet: '자석을 알렸습니다.',
      reverse: '거꾸로 흐른 전력을 알렸습니다.',
      record: '기록이 전에 보낸 것과 다릅니다.',
      log: '사건 기록이 빠졌거나 바뀌었습니다.',
    },
    visits: { theft: '전에 이 계량기에서 도용이 발견되었습니다.', nothing: '지난 방문에서 아무것도 찾지 못했습니다.' },
  },
};
