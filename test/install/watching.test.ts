import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { drawCertificate } from '../../src/adapters/certificate.testing.ts';
import { runIn } from '../../src/cli/in-process.testing.ts';
import { env, oneTimePassword, Running } from '../../src/cli/running.testing.ts';

const root = join(import.meta.dirname, '../..');
const RULES = join(root, 'install/prometheus/wattpurse.rules.yml');
const DASHBOARD = join(root, 'install/grafana/wattpurse.json');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-watching-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);

const skip = spawnSync('promtool', ['--version']).status === 0 ? false : 'needs the Debian package prometheus';
const promtool = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input });
  return { status, said: stdout + stderr };
};

interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly page: string;
}
const alerts: Alert[] = readFileSync(RULES, 'utf8')
  .split('- alert: ')
  .slice(1)
  .map((text) => ({
    name: /^\w+/.exec(text)?.[0] ?? '',
    expr: /^ +expr: '(.+)'$/m.exec(text)?.[1] ?? '',
    page: /^ +page: (\S+)$/m.exec(text)?.[1] ?? '',
  }));

const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { expr: string }[];
  }[];
};
const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test('promtool takes the rules and the configuration as they stand, and would not take rules that are none', {
  skip,
}, () => {
  const rules = promtool(['check', 'rules', RULES]);
  assert.equal(rules.status, 0, rules.said);
  assert.match(rules.said, new RegExp(`${alerts.length} rules found`));
  const place = join(scratch, 'prometheus');
  mkdirSync(place);
  writeFileSync(join(place, 'wattpurse.key'), 'wpk_0');
  const configuration = readFileSync(join(root, 'install/prometheus/prometheus.yml'), 'utf8');
  writeFileSync(join(place, 'prometheus.yml'), configuration.replace('/etc/prometheus/', `${place}/`));
  writeFileSync(join(place, 'wattpurse.rules.yml'), readFileSync(RULES));
  const checked = promtool(['check', 'config', join(place, 'prometheus.yml')]);
  assert.equal(checked.status, 0, checked.said);
  writeFileSync(join(place, 'wattpurse.rules.yml'), readFileSync(RULES, 'utf8').replace(' > 3600', ' > > 3600'));
  assert.notEqual(promtool(['check', 'config', join(place, 'prometheus.yml')]).status, 0);
});

test('promtool takes each expression of the dashboard, whose panels lie beside each other', { skip }, () => {
  assert.ok(shown.length > 20);
  const check = (expressions: readonly string[]) => {
    const rules = expressions.map((expr, i) => ({ record: `panel:${i}`, expr }));
    const path = join(scratch, 'panels.json');
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    return promtool(['check', 'rules', path]);
  };
  // What Grafana fills in itself is not there.
  assert.ok(shown.every((expr) => !/\$|\[\[/.test(expr)));
  const taken = check(shown);
  assert.equal(taken.status, 0, taken.said);
  assert.notEqual(check([...shown, 'sum(']).status, 0);
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('each alert has its page, which shows its expression, and stands in the list of all; no page is of none', () => {
  assert.ok(alerts.length > 10);
  const list = readFileSync(join(root, 'docs/operating/observe.md'), 'utf8');
  for (const { name, expr, page } of alerts) {
    const text = readFileSync(join(root, page), 'utf8');
    assert.ok(text.startsWith(`# ${name}\n`), page);
    assert.ok(text.includes(expr.replaceAll("''", "'")), `${page} shows another expression`);
    for (const part of ['**At stake.**', '**What to do**', '\n1. ']) assert.ok(text.includes(part), `${page}: ${part}`);
    assert.ok(list.includes(`[${name}](alerts/${page.split('/').at(-1)})`), `${name} in observe.md`);
  }
  const pages = globSync('docs/operating/alerts/*.md', { cwd: root });
  assert.deepEqual(pages.sort(), alerts.map(({ page }) => page).sort());
  for (const page of pages) assert.ok(existsSync(join(root, page)));
});

/** Of each alert: a stretch of figures, a minute each, at which it is raised, and one at which it is not. */
const CASES: Readonly<
  Record<string, readonly [raised: Readonly<Record<string, string>>, not: Readonly<Record<string, string>>]>
> = {
  WattpurseHostAway: [
    { 'up{job="wattpurse"}': '0x200' },
    { 'up{job="wattpurse"}': '1x200', 'up{job="other"}': '0x200' },
  ],
  WattpurseBooksUnbalanced: [{ wattpurse_books_balanced: '0x200' }, { wattpurse_books_balanced: '1x200' }],
  WattpurseOrdersWait: [{ wattpurse_order_oldest_seconds: '3601x200' }, { wattpurse_order_oldest_seconds: '3600x200' }],
  WattpurseMetersFrozen: [
    { 'wattpurse_meters{state="frozen"}': '1x200' },
    { 'wattpurse_meters{state="frozen"}': '0x200', 'wattpurse_meters{state="off"}': '9x200' },
  ],
  WattpurseMetersTampered: [
    { 'wattpurse_meters{state="tampered"}': '1x200' },
    { 'wattpurse_meters{state="tampered"}': '0x200', 'wattpurse_meters{state="off"}': '9x200' },
  ],
  WattpurseMetersDark: [
    { 'wattpurse_meters{state="dark"}': '11x200', 'wattpurse_meters{state="supplied"}': '89x200' },
    { 'wattpurse_meters{state="dark"}': '10x200', 'wattpurse_meters{state="supplied"}': '90x200' },
  ],
  WattpurseLocalUnitsSilent: [
    { 'wattpurse_local_units{which="silent"}': '1x200' },
    { 'wattpurse_local_units{which="silent"}': '0x200', 'wattpurse_local_units{which="all"}': '3x200' },
  ],
  WattpurseMapRefused: [
    { 'wattpurse_local_units{which="map-refused"}': '1x200' },
    { 'wattpurse_local_units{which="map-refused"}': '0x200', 'wattpurse_local_units{which="all"}': '3x200' },
  ],
  WattpurseLineSuspicions: [{ wattpurse_line_suspicions: '1x200' }, { wattpurse_line_suspicions: '0x80 1x120' }],
  WattpurseLineNoisy: [
    { 'wattpurse_line_frames{which="retries"}': '31x200', 'wattpurse_line_frames{which="all"}': '100x200' },
    { 'wattpurse_line_frames{which="retries"}': '30x200', 'wattpurse_line_frames{which="all"}': '100x200' },
  ],
  WattpurseFramesRefused: [
    { 'wattpurse_refused_frames_total{reason="not-authentic"}': '0+1x200' },
    {
      'wattpurse_refused_frames_total{reason="not-authentic"}': '0x200',
      'wattpurse_refused_frames_total{reason="length-wrong"}': '0+1x200',
    },
  ],
  WattpurseRotationStopped: [
    { 'wattpurse_key_rotation{state="stopped"}': '1x200' },
    { 'wattpurse_key_rotation{state="stopped"}': '0x200', 'wattpurse_key_rotation{state="giving"}': '1x200' },
  ],
  WattpurseRotationOverdue: [
    { wattpurse_key_rotation_overdue_seconds: '86401x200' },
    { wattpurse_key_rotation_overdue_seconds: '86400x200' },
  ],
  WattpurseWebhooksGivenUp: [
    { 'wattpurse_webhook_undelivered{state="given-up"}': '1x200' },
    {
      'wattpurse_webhook_undelivered{state="given-up"}': '0x200',
      'wattpurse_webhook_undelivered{state="waiting"}': '9x200',
    },
  ],
  WattpurseDiskNearlyFull: [{ wattpurse_data_free_bytes: '1e9x200' }, { wattpurse_data_free_bytes: '2e9x200' }],
  // Time begins at 0 in such a test.
  WattpurseCertificateExpires: [
    { wattpurse_certificate_expires_seconds: '1209600x200' },
    { wattpurse_certificate_expires_seconds: '2000000x200' },
  ],
  WattpurseClockBack: [{ wattpurse_business_ahead_seconds: '61x200' }, { wattpurse_business_ahead_seconds: '60x200' }],
  WattpurseRequestsFail: [
    {
      'wattpurse_request_seconds_count{status="500"}': '0+6x200',
      'wattpurse_request_seconds_count{status="200"}': '0+94x200',
    },
    {
      'wattpurse_request_seconds_count{status="500"}': '0+4x200',
      'wattpurse_request_seconds_count{status="404"}': '0+96x200',
    },
  ],
  WattpurseHostSlow: [
    { 'nodejs_eventloop_lag_p99_seconds{job="wattpurse"}': '0.6x200' },
    { 'nodejs_eventloop_lag_p99_seconds{job="wattpurse"}': '0.4x200' },
  ],
};

test('each alert is raised by what it is about, and rests beside it', { skip }, () => {
  assert.deepEqual(Object.keys(CASES).sort(), alerts.map(({ name }) => name).sort());
  const stretches = Object.entries(CASES).flatMap(([name, [raised, not]]) => [
    { name, instance: `${name} raised`, series: raised, samples: [{ labels: '{}', value: 1 }] },
    { name, instance: `${name} not`, series: not, samples: [] },
  ]);
  const tests = [
    {
      interval: '1m',
      input_series: stretches.flatMap(({ instance, series }) =>
        Object.entries(series).map(([of, values]) => ({
          series: `${of.replace(/\}$/, ',').replace(/^\w+$/, '$&{')}instance="${instance}"}`,
          // A value that stays is written as one that rises by nothing.
          values: values.replace(/(^| )([\d.e]+)x/g, '$1$2+0x'),
        })),
      ),
      promql_expr_test: stretches.map(({ name, instance, samples }) => ({
        expr: `count(ALERTS{alertname="${name}", alertstate="firing", instance="${instance}"})`,
        eval_time: '190m',
        exp_samples: samples,
      })),
    },
  ];
  const path = join(scratch, 'alerts.json');
  const written = (rules: string) => {
    writeFileSync(path, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
    return promtool(['test', 'rules', path]);
  };
  const raised = written(RULES);
  assert.equal(raised.status, 0, raised.said);
  const spoilt = join(scratch, 'spoilt.yml');
  writeFileSync(spoilt, readFileSync(RULES, 'utf8').replace('> 3600', '> 3601'));
  assert.notEqual(written(spoilt).status, 0);
});

const FUNCTIONS = /\b(sum|max|min|count|rate|increase|time|histogram_quantile|by|without|ignoring)\b/g;

/** Names in an expression, with what is asked of their labels. */
function metricsIn(expr: string): { readonly name: string; readonly labels: readonly [string, string][] }[] {
  const grouped = expr.replace(/\b(by|without|ignoring)\s*\([^)]*\)/g, ' ').replace(FUNCTIONS, ' ');
  return [...grouped.matchAll(/\b([a-z][a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(([, name = '', asked = '']) => ({
    name,
    labels: [...asked.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
  }));
}

test('every figure that an alert or the dashboard names is told by a host, with the labels that are asked of it', {
  skip,
}, async () => {
  const folder = join(scratch, 'certificates');
  mkdirSync(folder);
  const { certificate, key } = drawCertificate('127.0.0.1', { until: '21000101000000Z' });
  for (const name of ['certificate.pem', 'authority.pem']) writeFileSync(join(folder, name), certificate);
  writeFileSync(join(folder, 'key.pem'), key);
  const made = await runIn(scratch, 'manager', 'boss', '--data', 'books');
  const host = new Running(scratch, [
    ...['host', '--data', 'books', '--listen', '127.0.0.1:0'],
    ...['--area-units', '127.0.0.1:0', '--certificates', folder],
  ]);
  try {
    const first = oneTimePassword(made.out);
    const choice = { old: first, new: 'what a fine password' };
    await host.json('PUT', '/api/v1/session/password', choice, await host.logIn('boss', first));
    const told = await host.ask('/metrics', { headers: await host.logIn('boss', choice.new) });
    assert.equal(told.status, 200);
    const text = await told.text();
    const families = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    const named = [...alerts.map(({ expr }) => expr), ...shown].flatMap(metricsIn).filter(({ name }) => name !== 'up');
    assert.ok(named.length > 40);
    for (const { name, labels } of named) {
      const family = families.has(name) ? name : name.replace(/_(bucket|count|sum)$/, '');
      assert.ok(families.has(family), `${name} is told by no host`);
      if (family !== name) assert.equal(families.get(family), 'histogram', name);
      const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`));
      for (const [label, value] of labels) {
        // Prometheus adds its own; a counter of what has not happened has no labels yet.
        if (label === 'job' || samples.length === 0) continue;
        assert.ok(
          samples.some((line) => line.includes(`${label}="${value}"`)),
          `${name} has no ${label} ${value}`,
        );
      }
    }
    assert.match(text, /^wattpurse_certificate_expires_seconds 4102444800$/m);
    assert.match(text, /^wattpurse_data_free_bytes \d+(\.\d+e\+\d+)?$/m);
    assert.match(text, /^wattpurse_books_balanced 1$/m);
    const linted = promtool(['check', 'metrics'], text);
    assert.doesNotMatch(linted.said, /error while linting|parse/i);
  } finally {
    await host.stop();
  }
});
