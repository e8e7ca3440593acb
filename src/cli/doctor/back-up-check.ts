import { lastBackUp } from '../back-up.ts';
import { type Check, fine, found } from './check.ts';

/** Meters keep their last 16 receipts: of books that are much older they could not tell all. */
const DAYS_USUAL = 7;
const MS_PER_DAY = 86_400_000;

/** Whether the last back-up of these books is as new as it has to be. */
export const backUpCheck: Check = {
  name: 'back-up',
  async of({ now, isDemo, options: { data, backUpDays } }) {
    const last = lastBackUp(data);
    if (isDemo || (last === undefined && backUpDays === undefined)) return [];
    const days = backUpDays ?? DAYS_USUAL;
    const again = 'make one with "wattpurse backup", and see why none was made';
    if (last === undefined) return [found('back-up-old', `These books were never backed up from here: ${again}.`)];
    const when = new Date(last.at).toISOString().slice(0, 10);
    if (now - last.at > days * MS_PER_DAY) {
      return [found('back-up-old', `The last back-up is of ${when}, more than ${days} days ago: ${again}.`)];
    }
    return [fine(`The last back-up is of ${when}, and lies in ${last.to}.`)];
  },
};
