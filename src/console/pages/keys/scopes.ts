import type { Scope } from '../../../api/index.ts';

/** All that a program may be allowed, each once: a scope that is missing here does not compile. */
const ALL: Readonly<Record<Scope, true>> = {
  'subscribers:read': true,
  'subscribers:write': true,
  'meters:read': true,
  'meters:write': true,
  'meters:control': true,
  'orders:read': true,
  'orders:sell': true,
  'payments:read': true,
  'payments:write': true,
  'purses:write': true,
  'agents:read': true,
  'agents:write': true,
  'cards:read': true,
  'cards:write': true,
  'cards:load': true,
  'cards:pipe': true,
  'tariffs:read': true,
  'tariffs:write': true,
  'lines:read': true,
  'lines:write': true,
  'books:read': true,
  'events:read': true,
  'audit:read': true,
  'metrics:read': true,
};
export const SCOPES = Object.keys(ALL) as readonly Scope[];
