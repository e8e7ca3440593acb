import type { ActSubject } from '../../../words/index.ts';

/** What something was done to: of which kind it is, which one, and the page that shows it. */
export interface Subject {
  readonly kind: ActSubject | undefined;
  /** All that was written where the kind is not known. */
  readonly name: string;
  readonly to: string | undefined;
}

const OF_OFFLINE_METERS = ['enrolOfflineMeter', 'giveOfflineMeter'];
/** Acts whose sale is one to a card, which has no page of its own. */
const OF_CARDS = ['payOutCard', 'proposeCardVoid'];

/** @param subject as the audit log keeps it: `meter 0a1b2c`, `API key 0123456789ab`, `shift of kim` */
export function subjectOf(subject: string, action: string): Subject {
  if (subject === 'terms') return { kind: 'terms', name: '', to: '/settings' };
  if (subject.startsWith('API key ')) return { kind: 'key', name: subject.slice('API key '.length), to: '/keys' };
  const [kind = '', ...rest] = subject.replace(/^shift of /, 'shift ').split(' ');
  const name = rest.join(' ');
  if (name === '' || !isKind(kind)) return { kind: undefined, name: subject, to: undefined };
  return { kind, name, to: addressOf(kind, name, action) };
}

const BASES = {
  meter: '/meters',
  person: '/people',
  agent: '/agents',
  card: '/cards',
  order: '/sell',
  payment: '/payments',
  provider: '/cards',
  subscriber: '/subscribers',
  tariff: '/tariffs',
  alarm: '/losses',
  approval: '/approvals',
  period: '/settlement',
  shift: '/agents',
  vend: '/agents',
  webhook: '/settings',
} as const satisfies Partial<Record<ActSubject, string>>;
type Kind = keyof typeof BASES;

const isKind = (kind: string): kind is Kind => Object.hasOwn(BASES, kind);

/** Kinds that have a page for each. */
const EACH: readonly Kind[] = ['meter', 'agent', 'card', 'order', 'payment', 'subscriber', 'tariff', 'period'];

function addressOf(kind: Kind, name: string, action: string): string | undefined {
  if (kind === 'order' && OF_CARDS.includes(action)) return undefined;
  if (OF_OFFLINE_METERS.includes(action)) return `/cards/meters/${encodeURIComponent(name)}`;
  return EACH.includes(kind) ? `${BASES[kind]}/${encodeURIComponent(name)}` : BASES[kind];
}
