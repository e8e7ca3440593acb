import type { Language } from './language.ts';

/** Of the bar that only a demo has. */
export interface DemoWords {
  readonly clock: string;
  readonly demo: string;
  readonly speed: string;
  readonly slower: string;
  readonly faster: string;
  readonly times: string;
  readonly youAre: string;
  readonly be: string;
  readonly story: string;
}

export const DEMO_WORDS: Readonly<Record<Language, DemoWords>> = {
  en: {
    clock: 'Business time: {}',
    demo: 'Demo',
    speed: 'How fast time goes',
    slower: 'Slower',
    faster: 'Faster',
    times: 'Time goes {} times as fast as life',
    youAre: 'You are {}; be somebody else',
    be: 'Be somebody else',
    story: 'The story',
  },
  ko: {
    clock: '업무 시각: {}',
    demo: '시연',
    speed: '시간의 빠르기',
    slower: '느리게',
    faster: '빠르게',
    times: '시간이 실제의 {}배로 흐릅니다',
    youAre: '지금 역할: {}. 역할 바꾸기',
    be: '역할 바꾸기',
    story: '이야기',
  },
};
