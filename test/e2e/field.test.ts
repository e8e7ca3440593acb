import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { House } from '../../src/simulation/index.ts';
import { milliseconds, svpmsnText } from '../../src/units/index.ts';
import {
  CONSOLE_WORDS,
  FIELD_WORDS,
  fill,
  INSPECTION_WORDS,
  LOSSES_WORDS,
  MOVING_WORDS,
  WORK_WORDS,
} from '../../src/words/index.ts';
import { enterField, list, logOut, openPhone, piece } from './phone.ts';
import { stage } from './stage.ts';

const field = FIELD_WORDS.en;
const work = WORK_WORDS.en;
const HOUR_MS = 3_600_000;
/** On the line of the fourth house. */
const ALARM = '00001-20514';

const here = stage({
  meters: 6,
  lives: true,
  async begin(town) {
    await town.utility.options.store.transaction((tx) =>
      tx.lossAlarms.put([
        {
          ...{ id: ALARM, localUnit: 1, state: 'new', raisedAt: milliseconds(Date.UTC(2026, 2, 1)) },
          ...{ firstDay: 20_514, lastDay: 20_515, days: 2, unexplained: 4_200_000, confidence: 97, steps: [] },
          suspects: undefined,
        },
      ]),
    );
  },
});
const { meterOf, skip } = here;

const phoneOf = (role: string) => openPhone(here.browser, here.town.address, role);

/** How often the audit log has it. */
async function actsOn(subject: string, action: string): Promise<number> {
  const entries = await here.town.utility.options.store.read((tx) => tx.audit.page({ limit: 500 }));
  return entries.filter((entry) => entry.action === action && entry.subject === subject).length;
}

test('without network the page opens with what was last seen; what is done waits, outlives the page and is done once', {
  skip,
}, async () => {
  const { phone, page } = await phoneOf('Technician');
  const meter = meterOf(0);
  const set = fill(work.names.setClock, meter);
  await page.goto(`/field/${meter}`);
  await page.getByText(field.purse.open).waitFor();
  await phone.setOffline(true);
  await page.close();

  const offline = await phone.newPage();
  await offline.goto(`/field/${meter}`);
  await offline.getByText(field.purse.open).waitFor();
  await offline.getByText(fill(work.lastSeen, '').slice(0, 30)).waitFor();
  await offline.getByText(MOVING_WORDS.en.withNetwork).waitFor();
  await offline.getByRole('button', { name: field.setClock }).dblclick();
  await piece(offline, set).getByText(work.states.waiting).waitFor();
  await offline.getByRole('button', { name: field.openRelay }).click();
  await offline.getByRole('button', { name: field.openRelay }).click();
  const off = piece(offline, fill(work.names.openRelay, meter));
  await off.getByText(work.relayWaits).waitFor();
  await off.getByRole('button', { name: work.withdraw }).click();
  await off.waitFor({ state: 'detached' });
  await offline.close();

  const again = await phone.newPage();
  await again.goto('/field');
  await again.getByRole('link', { name: meter }).waitFor();
  assert.equal(await piece(again, set).count(), 1, 'a double click is kept once');
  await piece(again, set).getByText(work.states.waiting).waitFor();
  await again.goto('/field/00abcd');
  await again.getByText(work.notKept).waitFor();
  await again.goto('/field');
  await piece(again, set).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 0);

  await phone.setOffline(false);
  await piece(again, set).getByText(work.states.sent).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 1, 'what was withdrawn was never sent');
  await again.getByRole('button', { name: work.clear }).click();
  await list(again).waitFor({ state: 'detached' });
  await phone.close();
});

test('the clock of a page that was opened without network goes on in the time of the utility', { skip }, async () => {
  const { phone, page } = await phoneOf('Technician');
  const clock = (of: Page) => of.getByRole('banner').locator('time').getAttribute('datetime');
  const shown = Date.parse((await clock(page)) ?? '');
  assert.ok(Math.abs(shown - here.town.utility.time.now) < HOUR_MS);
  await phone.setOffline(true);
  await page.close();
  const offline = await phone.newPage();
  await offline.goto('/field');
  await offline.getByText(work.opens).waitFor();
  const then = Date.parse((await clock(offline)) ?? '');
  assert.ok(then >= shown && then - shown < HOUR_MS, `${new Date(shown)} and then ${new Date(then)}`);
  await phone.close();
});

test('work whose answer was lost is asked again under its key, also of a host that was started anew, and done once', {
  skip,
}, async () => {
  const { phone, page } = await phoneOf('Technician');
  const meter = meterOf(1);
  const set = fill(work.names.setClock, meter);
  await page.goto(`/field/${meter}`);
  await page.getByText(field.purse.open).waitFor();
  const keys: string[] = [];
  await page.route('**/commands', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key'] ?? '');
    // Asked again while it ends, the host gives no answer that could be lost.
    await route.fetch().catch(() => undefined);
    return route.abort();
  });
  await page.getByRole('button', { name: field.setClock }).click();
  await piece(page, set).getByText(work.states.tried).waitFor();
  assert.equal(await piece(page, set).getByRole('button').count(), 0, 'what may be done is not withdrawn');
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 1, 'the host has done it');
  await here.town.restarted(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByText(CONSOLE_WORDS.en.away, { exact: true }).first().waitFor();
  });
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/commands')) {
      keys.push(request.headers()['idempotency-key'] ?? '');
    }
  });
  // Nobody is known to a demo that was started anew: the work waits for its person.
  await page.getByRole('button', { name: 'Technician', exact: true }).click();
  await piece(page, set).getByText(work.states.sent).waitFor();
  assert.ok(keys.length >= 2, `it was asked ${keys.length} times`);
  assert.equal(new Set(keys).size, 1, 'always under one key');
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 1, 'and done once');
  await phone.close();
});

test('whoever comes after another sees nothing of theirs, and does not send it; the one before finds it again', {
  skip,
}, async () => {
  const { phone, page } = await phoneOf('Technician');
  const meter = meterOf(2);
  const set = fill(work.names.setClock, meter);
  await page.goto(`/field/${meter}`);
  await page.getByText(field.purse.open).waitFor();
  await phone.setOffline(true);
  await page.getByRole('button', { name: field.setClock }).click();
  await piece(page, set).getByText(work.states.waiting).waitFor();
  await logOut(page);
  await page.getByRole('button', { name: CONSOLE_WORDS.en.logIn.go, exact: true }).waitFor();
  const kept = await page.evaluate(async () => ({
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  assert.deepEqual(kept, { caches: 0, workers: 0 }, 'without network nobody opens it any more');

  await phone.setOffline(false);
  await enterField(page, 'Operator');
  assert.deepEqual([await list(page).count(), await page.getByText(work.meters).count()], [0, 0]);
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 0);

  await logOut(page);
  await page.getByRole('button', { name: 'Technician', exact: true }).click();
  await piece(page, set).getByText(work.states.sent).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'orderCommand'), 1);
  const entries = await here.town.utility.options.store.read((tx) => tx.audit.page({ limit: 500 }));
  const entry = entries.find(({ action, subject }) => action === 'orderCommand' && subject === `meter ${meter}`);
  assert.equal(entry?.by, 'technician');
  await phone.close();
});

test('what the host refuses later stands there with its reason; what it takes is done; a finding waits like the rest', {
  skip,
}, async () => {
  const { phone, page } = await phoneOf('Technician');
  const [meter, known] = [meterOf(3), meterOf(4)];
  await page.goto(`/field/${meter}`);
  await page.getByRole('button', { name: LOSSES_WORDS.en.lossSteps.visited }).waitFor();
  await phone.setOffline(true);
  await page.getByRole('button', { name: LOSSES_WORDS.en.lossSteps.closed, exact: true }).click();
  await page.getByLabel(LOSSES_WORDS.en.notes).fill('A wire around the meter');
  await page.getByRole('button', { name: LOSSES_WORDS.en.lossSteps.closed, exact: true }).click();
  await page.getByText(work.states.waiting).waitFor();
  assert.equal(await page.getByRole('button', { name: LOSSES_WORDS.en.lossSteps.visited }).count(), 0);
  await page.getByRole('button', { name: field.another }).click();
  for (const number of [known, '00cafe']) {
    await page.getByRole('button', { name: field.enrol }).click();
    await page.getByLabel(field.number).fill(number);
    await page.getByLabel(field.subscriber).fill('house-4');
    await page.getByLabel(field.address).fill('201');
    await page.getByRole('button', { name: field.enrol }).last().click();
    await piece(page, fill(work.names.enrol, number)).getByText(work.states.waiting).waitFor();
    // With the network back before the page gave up, it would go on to the meter that was enrolled.
    await page.getByRole('form', { name: field.enrol }).waitFor({ state: 'detached' });
  }
  await phone.setOffline(false);
  await piece(page, fill(work.names.enrol, '00cafe')).getByText(work.states.sent).waitFor();
  const refused = piece(page, fill(work.names.enrol, known));
  await refused.getByText(/^refused: .*enrolled/).waitFor();
  await refused.getByRole('button', { name: work.takeOff }).click();
  await refused.waitFor({ state: 'detached' });
  const alarm = await here.town.utility.host.lossAlarm(ALARM);
  assert.ok(!('reason' in alarm));
  assert.deepEqual(
    [alarm.state, alarm.steps.at(-1)?.note, svpmsnText(alarm.steps.at(-1)?.meter as never)],
    ['closed', 'A wire around the meter', meter],
  );
  assert.equal(await actsOn('meter 00cafe', 'enrolMeter'), 1);
  await phone.close();
});

test('a purse is not closed while its closing waits on a phone, and the page says so', { skip }, async () => {
  const { phone, page } = await phoneOf('Operator');
  const meter = meterOf(5);
  const purse = async () =>
    (await here.town.utility.host.meters()).find(({ meter: { svpmsn } }) => svpmsnText(svpmsn) === meter);
  await page.goto(`/field/${meter}`);
  await page.getByText(field.purse.open).waitFor();
  await phone.setOffline(true);
  await page.getByRole('button', { name: field.closePurse, exact: true }).click();
  await page.getByRole('button', { name: `${field.closePurse}: ${field.sure}` }).click();
  await page.getByRole('status').getByText(work.closingWaits).waitFor();
  assert.equal((await purse())?.purse.state, 'open');
  await phone.setOffline(false);
  await page.getByRole('status').getByText(field.purse.closed).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'closePurse'), 1);
  await phone.close();
});

test('an inspection is written before a meter without network, done once, and read there, at the meter and at a suspect', {
  skip,
}, async () => {
  const words = INSPECTION_WORDS.en;
  const meter = meterOf(5);
  const found = `${words.findings['seal-broken']}, ${words.findings['wire-around']}`;
  const { phone, page } = await phoneOf('Technician');
  await page.goto(`/field/${meter}`);
  await page.getByText(words.none).waitFor();
  await page.getByRole('button', { name: words.write, exact: true }).click();
  const form = page.getByRole('form', { name: words.write });
  const box = (finding: keyof typeof words.findings) =>
    form.getByRole('checkbox', { name: words.findings[finding], exact: true });
  const go = form.getByRole('button', { name: words.write, exact: true });
  assert.ok(await go.isDisabled(), 'nothing was found yet');
  await box('seal-broken').check();
  await box('in-order').check();
  assert.equal(await box('seal-broken').isChecked(), false, 'what is in order has no broken seal');
  await box('wire-around').check();
  await box('seal-broken').check();
  assert.equal(await box('in-order').isChecked(), false);
  await form.getByLabel(words.note).fill('A wire behind the case');
  await phone.setOffline(true);
  await go.dblclick();
  const written = piece(page, fill(work.names.inspect, meter, found));
  await written.getByText(work.states.waiting).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'inspectMeter'), 0);
  await phone.setOffline(false);
  await written.getByText(work.states.sent).waitFor();
  const inspections = page.getByRole('list', { name: words.title });
  await inspections.getByText('A wire behind the case').waitFor();
  assert.equal(await inspections.getByRole('listitem').count(), 1);
  assert.equal(await actsOn(`meter ${meter}`, 'inspectMeter'), 1);
  await phone.close();

  const { svpmsn, localUnit } = here.town.utility.houses[5] as House;
  await here.town.utility.options.store.transaction((tx) =>
    tx.lossAlarms.put([
      {
        ...{ id: `0000${localUnit}-20600`, localUnit, state: 'new', raisedAt: milliseconds(Date.UTC(2026, 4, 27)) },
        ...{ firstDay: 20_600, lastDay: 20_600, days: 1, unexplained: 4_200_000, confidence: 97, steps: [] },
        suspects: {
          ...{ day: 20_600, isPlaced: true, constant: { watts: 0, likelihood: 0 } },
          ranked: [{ meter: svpmsn, likelihood: 90, evidence: [] }],
        },
      },
    ]),
  );
  const office = await phoneOf('Operator');
  await office.page.goto(`/meters/${meter}?tab=events`);
  await office.page.getByRole('list', { name: words.title }).getByText(found).waitFor();
  await office.page.goto('/losses');
  await office.page.getByText(fill(words.last, found, '').slice(0, fill(words.last, found, '').indexOf(';'))).waitFor();
  await office.phone.close();
});

test('one household moves out and another in before a meter without network: the second waits until the meter has told its last reading', {
  skip,
}, async () => {
  const words = MOVING_WORDS.en;
  const meter = meterOf(2);
  const { host } = here.town.utility;
  await host.addSubscriber({ id: 'next-door', name: 'Next Door', contact: '' });
  const { phone, page } = await phoneOf('Technician');
  await page.goto(`/field/${meter}`);
  await page.getByRole('button', { name: words.moveOut, exact: true }).waitFor();
  await phone.setOffline(true);
  const move = async (name: string, subscriber?: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    const dialog = page.getByRole('dialog');
    if (subscriber !== undefined) await dialog.getByLabel(words.subscriber).fill(subscriber);
    await dialog.getByRole('button', { name, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await move(words.moveOut);
  const [out, into] = [fill(work.names.moveOut, meter), fill(work.names.moveIn, meter, 'next-door')];
  await piece(page, out).getByText(work.states.waiting).waitFor();
  await move(words.moveIn, 'next-door');
  await piece(page, into).getByText(work.states.waiting).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'moveOut'), 0);
  await phone.setOffline(false);
  await piece(page, out).getByText(work.states.sent).waitFor();
  await piece(page, into)
    .getByText(/has not told its last reading/)
    .or(piece(page, into).getByText(work.states.sent))
    .waitFor();
  await piece(page, into).getByText(work.states.sent).waitFor();
  await page.getByText(fill(words.living, '').trim()).first().waitFor();
  const found = await host.tenancies(Number.parseInt(meter, 16));
  assert.ok(!('reason' in found));
  assert.deepEqual(
    found.map(({ subscriber, state }) => [subscriber, state]),
    [
      ['next-door', 'living'],
      ['house-3', 'left'],
    ],
  );
  assert.deepEqual([await actsOn(`meter ${meter}`, 'moveOut'), await actsOn(`meter ${meter}`, 'moveIn')], [1, 1]);
  await phone.close();
});

test('the revival of a meter is asked for without network and once, and its page says when somebody has agreed', {
  skip,
}, async () => {
  const { town } = here;
  const { phone, page } = await phoneOf('Technician');
  const house = town.utility.houses[2] as House;
  const meter = meterOf(2);
  house.tamper('cover', true, town.utility.time.now);
  await page.goto(`/field/${meter}`);
  await page.getByText(field.keysErased).waitFor();
  const ask = page.getByRole('form', { name: field.reviveAsk });
  assert.ok(await ask.getByRole('button').isDisabled(), 'not without saying what happened');
  await phone.setOffline(true);
  await ask.getByLabel(field.reviveWhy).fill('A branch fell on it');
  await ask.getByRole('button').click();
  await page.getByText(work.revivalWaits).waitFor();
  await piece(page, fill(work.names.revive, meter)).getByText(work.states.waiting).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'proposeRevival'), 0);
  await phone.setOffline(false);
  await page.getByText(/^Asked for .* by technician\. Somebody else has to agree\.$/).waitFor();
  assert.equal(await actsOn(`meter ${meter}`, 'proposeRevival'), 1);
  assert.equal(await ask.count(), 0, 'nobody asks twice');

  const { host, options } = town.utility;
  const [asked] = await options.store.read((tx) => tx.approvals.where('state', 'waiting'));
  const act = { at: milliseconds(asked?.askedAt ?? 0), by: 'somebody-else', role: 'operator' } as const;
  const decided = await host
    .by({ ...act, action: 'decideApproval', subject: '', detail: '', request: 'decided' })
    .decide({ approval: asked?.id ?? '', verdict: 'approve' });
  assert.ok('approval' in decided);
  await page.reload();
  await page.getByText(field.reviveAgreed).waitFor();
  await page.evaluate(() => localStorage.setItem('wattpurse-language', 'ko'));
  await page.reload();
  await page.getByText(FIELD_WORDS.ko.reviveAgreed).waitFor();
  await phone.close();
});
