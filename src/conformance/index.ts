/** Tests other people's terminals, hosts, cards and local units against the protocol, and names the rule of each check. */
export { CARD_CHECKS, type CardTest, testCard } from './card.ts';
export type { CardKeys } from './card-bench.ts';
export type { Check, CheckReport, ConformanceReport, Rule } from './check.ts';
export { testHost } from './host.ts';
export { HostBench, type HostWorld } from './host-bench.ts';
export { HOST_CHECKS } from './host-checks.ts';
export type { Wire } from './line-bench.ts';
export { testLocalUnit } from './local-unit.ts';
export { LocalUnitBench, type LocalUnitWorld } from './local-unit-bench.ts';
export { LOCAL_UNIT_CHECKS } from './local-unit-checks.ts';
export { LINE_CHECKS, TERMINAL_CHECKS, type TerminalTest, testTerminal } from './terminal.ts';
