import type { Language } from './language.ts';

/** Of the page of people and roles. */
export interface PeopleWords {
  readonly note: string;
  readonly add: string;
  readonly waiting: string;
  readonly nobody: string;
  readonly name: string;
  readonly login: string;
  readonly role: string;
  readonly since: string;
  readonly actions: string;
  readonly subscriber: string;
  readonly locked: string;
  readonly lock: string;
  readonly unlock: string;
  readonly reset: string;
  readonly newPassword: string;
  readonly toldOnce: string;
}

export const PEOPLE_WORDS: Readonly<Record<Language, PeopleWords>> = {
  en: {
    note: 'Who may log in, and as what.',
    add: 'Add a person',
    waiting: 'Reading who may log in …',
    nobody: 'Nobody is here yet.',
    name: 'Name',
    login: 'Login',
    role: 'Role',
    since: 'Since',
    actions: 'What you can do',
    subscriber: 'Id of the subscriber',
    locked: 'locked',
    lock: 'Lock',
    unlock: 'Unlock',
    reset: 'New password',
    newPassword: 'A new password for {}',
    toldOnce: 'It is shown only now and works once: whoever logs in with it chooses their own.',
  },
  ko: {
    note: '누가 어떤 역할로 로그인할 수 있는지 보여 줍니다.',
    add: '사용자 추가',
    waiting: '사용자 목록을 읽는 중 …',
    nobody: '아직 아무도 없습니다.',
    name: '이름',
    login: '아이디',
    role: '역할',
    since: '등록일',
    actions: '할 수 있는 일',
    subscriber: '가입자 번호',
    locked: '잠김',
    lock: '잠그기',
    unlock: '잠금 풀기',
    reset: '새 비밀번호',
    newPassword: '{}의 새 비밀번호',
    toldOnce: '지금 한 번만 표시되며 한 번만 쓸 수 있습니다. 로그인한 뒤 본인이 직접 정하게 됩니다.',
  },
};
