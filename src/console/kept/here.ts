import { create } from '../signal.ts';

/** Whether this device is used in the field, and for whom it keeps what was seen: told without opening anything. */
const FLAG = 'wattpurse-field';
const LEAVING = 'wattpurse-leaving';

export const isFieldDevice = (): boolean => localStorage.getItem(FLAG) !== null;
/** For whom something is kept; empty where that is nobody. */
export const keptFor = (): string => localStorage.getItem(FLAG) ?? '';
export const keepFor = (person: string): void => {
  localStorage.setItem(FLAG, person);
  inField.set(true);
};

/** As `isFieldDevice`, for pages that are open when it becomes one. */
export const inField = create(isFieldDevice());

/** Somebody left where no host heard of it: it is told before anybody is let in by the session that they left. */
export const isLeaving = (): boolean => localStorage.getItem(LEAVING) !== null;
export const oweLeaving = (isOwed: boolean): void =>
  isOwed ? localStorage.setItem(LEAVING, 'yes') : localStorage.removeItem(LEAVING);

/** Whether this is the page that opens without a host. */
export const isInField = (): boolean => /^\/field(\/|$)/.test(location.pathname);
