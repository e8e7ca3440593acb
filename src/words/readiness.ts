import { fill } from './fill.ts';
import type { Language } from './language.ts';

interface ReadinessWords {
  /** What a host depends on; it names it in English. */
  readonly parts: Readonly<Record<string, string>>;
  /** What is said of them, by the words in which a host answers at `/ready`. */
  readonly says: Readonly<Record<string, string>>;
  readonly areaUnits: string;
  readonly byBroker: string;
}

const READINESS_WORDS: Readonly<Record<Language, ReadinessWords>> = {
  en: {
    parts: {},
    says: {},
    areaUnits: 'area units {}',
    byBroker: 'area units {} by the broker',
  },
  ko: {
    parts: { store: '저장소', grid: '배전망' },
    says: {
      ok: '정상',
      away: '응답 없음',
      simulated: '모의 실행',
      'no area unit is connected': '연결된 구역 장치 없음',
      'no area unit is there': '보이는 구역 장치 없음',
      'the broker is away': '브로커 응답 없음',
      'none: no --area-units and no --broker were named': '없음: --area-units도 --broker도 지정하지 않았습니다',
    },
    areaUnits: '구역 장치 {}',
    byBroker: '브로커로 연결된 구역 장치 {}',
  },
};

const AREA_UNITS = /^area units (\d+(?:, \d+)*)( by the broker)?$/;

/** `배전망: 구역 장치 0, 1` of `grid` and `area units 0, 1`; what a later host says stands as it says it. */
export function readinessText(language: Language, part: string, how: string): string {
  const { parts, says, areaUnits, byBroker } = READINESS_WORDS[language];
  const [, units, broker] = AREA_UNITS.exec(how) ?? [];
  const said = units === undefined ? (says[how] ?? how) : fill(broker === undefined ? areaUnits : byBroker, units);
  return `${parts[part] ?? part}: ${said}`;
}
