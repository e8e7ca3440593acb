import type { Language } from './language.ts';

/** The words that every page shares: the frame around them, and what is said when there is nothing to show. */
export interface ConsoleWords {
  readonly product: string;
  readonly skip: string;
  readonly menu: string;
  readonly groups: Readonly<Record<'see' | 'sell' | 'watch' | 'account' | 'run', string>>;
  readonly theme: Readonly<Record<'light' | 'dark', string>>;
  readonly language: string;
  readonly logOut: string;
  readonly account: string;
  readonly retry: string;
  readonly cancel: string;
  readonly close: string;
  readonly more: string;
  readonly all: string;
  readonly unknown: string;
  /** While a page gets what it shows. */
  readonly loading: string;
  readonly away: string;
  readonly awaySince: string;
  readonly notAllowed: string;
  readonly notFound: string;
  readonly first: string;
  readonly broken: string;
  readonly reload: string;
  readonly logIn: {
    readonly title: string;
    readonly login: string;
    readonly password: string;
    readonly go: string;
    readonly provider: string;
    readonly expired: string;
    readonly demo: string;
    /** After why not: whether there is another way to come in than by this form. */
    readonly unread: string;
  };
  readonly password: {
    readonly title: string;
    readonly why: string;
    readonly old: string;
    readonly new: string;
    readonly go: string;
    readonly done: string;
  };
  readonly roles: Readonly<
    Record<
      'operator' | 'cashier' | 'agent' | 'technician' | 'auditor' | 'system-manager' | 'seller' | 'subscriber',
      string
    >
  >;
  readonly inFlight: string;
  readonly tokens: string;
  readonly ago: string;
  /** Of what a meter holds, by the version under which it does. */
  readonly held: {
    /** `{}` is the instant. */
    readonly issued: string;
    /** `{}` is a number. */
    readonly workshop: string;
    readonly none: string;
  };
}

export const CONSOLE_WORDS: Readonly<Record<Language, ConsoleWords>> = {
  en: {
    product: 'Wattpurse',
    skip: 'Skip to the page',
    menu: 'Menu',
    groups: { see: 'See', sell: 'Sell', watch: 'Watch', account: 'Account', run: 'Run' },
    theme: { light: 'Light', dark: 'Dark' },
    language: 'Language',
    logOut: 'Log out',
    account: 'You',
    retry: 'Try again',
    cancel: 'Cancel',
    close: 'Close',
    more: 'Show more',
    all: 'All',
    unknown: 'not known yet',
    loading: 'Asking the host …',
    away: 'The host does not answer.',
    awaySince: 'What you see is as it was {}. Nothing is lost; the page goes on by itself when the host answers.',
    notAllowed: 'This page is not for your role.',
    notFound: 'There is no page at this address.',
    first: 'To your first page',
    broken: 'Something on this page went wrong. What you did is safe with the host.',
    reload: 'Load the page again',
    logIn: {
      title: 'Log in',
      login: 'Login',
      password: 'Password',
      go: 'Log in',
      provider: 'Log in with your organisation',
      expired: 'Your session has ended. Log in to go on where you were.',
      demo: 'This is a demonstration. Come in as',
      unread: 'Whether one can come in otherwise is asked again by itself.',
    },
    password: {
      title: 'Choose a password',
      why: 'Your password was made for you. Choose one of your own to go on.',
      old: 'Password you have',
      new: 'Password you choose',
      go: 'Take it',
      done: 'Your password is changed. Log in with it.',
    },
    roles: {
      operator: 'Operator',
      cashier: 'Cashier',
      agent: 'Agent',
      technician: 'Technician',
      auditor: 'Auditor',
      'system-manager': 'System manager',
      seller: 'Seller',
      subscriber: 'Subscriber',
    },
    inFlight: 'On its way',
    tokens: '{} tokens',
    ago: '{} ago',
    held: { issued: 'of {}', workshop: 'no. {} from the workshop', none: 'none' },
  },
  ko: {
    product: 'Wattpurse',
    skip: '본문으로 건너뛰기',
    menu: '메뉴',
    groups: { see: '보기', sell: '판매', watch: '감시', account: '회계', run: '운영' },
    theme: { light: '밝게', dark: '어둡게' },
    language: '언어',
    logOut: '로그아웃',
    account: '내 계정',
    retry: '다시 시도',
    cancel: '취소',
    close: '닫기',
    more: '더 보기',
    all: '전체',
    unknown: '아직 알 수 없음',
    loading: '호스트에 묻는 중 …',
    away: '호스트가 응답하지 않습니다.',
    awaySince: '{} 기준의 내용입니다. 잃은 것은 없으며, 호스트가 응답하면 저절로 이어집니다.',
    notAllowed: '회원님의 역할로는 볼 수 없는 페이지입니다.',
    notFound: '이 주소에는 페이지가 없습니다.',
    first: '첫 페이지로 가기',
    broken: '이 페이지에 문제가 생겼습니다. 하신 일은 호스트에 안전하게 남아 있습니다.',
    reload: '페이지 다시 불러오기',
    logIn: {
      title: '로그인',
      login: '아이디',
      password: '비밀번호',
      go: '로그인',
      provider: '소속 기관 계정으로 로그인',
      expired: '세션이 끝났습니다. 로그인하면 보던 곳에서 이어집니다.',
      demo: '시연용 시스템입니다. 들어갈 역할을 고르세요',
      unread: '다른 로그인 방법이 있는지 저절로 다시 확인합니다.',
    },
    password: {
      title: '비밀번호 정하기',
      why: '임시 비밀번호입니다. 계속하려면 직접 정해 주세요.',
      old: '현재 비밀번호',
      new: '새 비밀번호',
      go: '바꾸기',
      done: '비밀번호가 바뀌었습니다. 새 비밀번호로 로그인하세요.',
    },
    roles: {
      operator: '운영자',
      cashier: '창구 직원',
      agent: '판매점',
      technician: '기술자',
      auditor: '감사인',
      'system-manager': '시스템 관리자',
      seller: '전력 판매자',
      subscriber: '가입자',
    },
    inFlight: '전송 중',
    tokens: '{} 토큰',
    ago: '{} 전',
    held: { issued: '{} 발행', workshop: '출고 {}번', none: '없음' },
  },
};
