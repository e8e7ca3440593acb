import type { Language } from './language.ts';

/** Of shops that sell out of a float, and of the tills of everybody who takes cash. */
export interface AgentWords {
  readonly note: string;
  readonly agents: string;
  readonly shifts: string;
  readonly waiting: string;
  readonly none: string;
  readonly id: string;
  readonly idHint: string;
  readonly name: string;
  readonly float: string;
  readonly commission: string;
  readonly commissionHint: string;
  readonly since: string;
  readonly state: string;
  readonly open: string;
  readonly closed: string;
  readonly add: string;
  readonly change: string;
  readonly close: string;
  readonly closeAsk: string;
  readonly reopen: string;
  readonly payIn: string;
  readonly payBack: string;
  readonly amount: string;
  readonly method: string;
  readonly reference: string;
  readonly members: string;
  readonly membersWaiting: string;
  readonly noMembers: string;
  readonly member: string;
  readonly memberHint: string;
  readonly addMember: string;
  readonly memberAct: string;
  readonly removeMember: string;
  readonly vends: string;
  readonly shiftsWaiting: string;
  readonly noShifts: string;
  readonly person: string;
  readonly agent: string;
  readonly opened: string;
  readonly closedAt: string;
  readonly running: string;
  readonly expected: string;
  readonly counted: string;
  readonly difference: string;
  readonly percentWrong: string;
}

export const AGENT_WORDS: Readonly<Record<Language, AgentWords>> = {
  en: {
    note: 'Shops that sell out of money that they paid in before, and the tills of everybody who takes cash.',
    agents: 'Agents',
    shifts: 'Shifts',
    waiting: 'Reading the agents …',
    none: 'No shop sells for you yet. Add one, say who sells for it, and book what it pays in.',
    id: 'Id',
    idHint: 'Small letters, digits, dots and hyphens. It stays.',
    name: 'Name',
    float: 'Float',
    commission: 'Commission',
    commissionHint: 'Percent of each sale, from now on',
    since: 'Since',
    state: 'State',
    open: 'Sells',
    closed: 'Closed {}',
    add: 'Add an agent',
    change: 'Change the commission',
    close: 'Close the agent',
    closeAsk: '{} sells no more from now on. What is in its float can be paid back; you can open it again.',
    reopen: 'Open it again',
    payIn: 'Pay into the float',
    payBack: 'Pay back',
    amount: 'Amount',
    method: 'How',
    reference: 'Reference',
    members: 'Who sells for it',
    membersWaiting: 'Reading who sells for it …',
    noMembers: 'Nobody sells for it yet.',
    member: 'Login or key',
    memberHint: 'A login of role agent, or key: and the id of an API key',
    addMember: 'Let them sell',
    memberAct: 'Act',
    removeMember: 'Let them sell no more',
    vends: 'What it sold',
    shiftsWaiting: 'Reading the shifts …',
    noShifts: 'Nobody has opened a shift yet.',
    person: 'Who',
    agent: 'Agent',
    opened: 'Opened',
    closedAt: 'Closed',
    running: 'still open',
    expected: 'Expected',
    counted: 'Counted',
    difference: 'Difference',
    percentWrong: 'A percentage from 0 to 100, such as 1.5',
  },
  ko: {
    note: '미리 낸 예치금으로 판매하는 판매점과, 현금을 받는 모든 사람의 금전함입니다.',
    agents: '판매점',
    shifts: '근무',
    waiting: '판매점 목록을 읽는 중 …',
    none: '아직 판매점이 없습니다. 판매점을 추가하고, 판매할 사람을 정한 뒤, 예치금을 등록하세요.',
    id: '판매점 번호',
    idHint: '영문 소문자, 숫자, 점, 하이픈만 쓸 수 있으며 바꿀 수 없습니다.',
    name: '이름',
    float: '예치금',
    commission: '수수료',
    commissionHint: '앞으로의 판매에 적용할 비율(%)',
    since: '등록일',
    state: '상태',
    open: '영업 중',
    closed: '{} 종료',
    add: '판매점 추가',
    change: '수수료 변경',
    close: '영업 종료',
    closeAsk: '{}은(는) 이제부터 판매할 수 없습니다. 남은 예치금은 돌려줄 수 있고, 나중에 다시 열 수 있습니다.',
    reopen: '다시 열기',
    payIn: '예치금 입금',
    payBack: '예치금 반환',
    amount: '금액',
    method: '방법',
    reference: '참조',
    members: '판매하는 사람',
    membersWaiting: '판매하는 사람을 읽는 중 …',
    noMembers: '아직 판매하는 사람이 없습니다.',
    member: '아이디 또는 키',
    memberHint: '판매점 역할의 아이디, 또는 key:와 API 키 번호',
    addMember: '판매 허용',
    memberAct: '조치',
    removeMember: '판매 중지',
    vends: '판매 내역',
    shiftsWaiting: '근무 목록을 읽는 중 …',
    noShifts: '아직 시작한 근무가 없습니다.',
    person: '근무자',
    agent: '판매점',
    opened: '시작',
    closedAt: '마감',
    running: '근무 중',
    expected: '있어야 할 금액',
    counted: '센 금액',
    difference: '차액',
    percentWrong: '1.5처럼 0에서 100 사이의 비율을 적어 주세요',
  },
};
