import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { validate } from 'dockerfile-utils';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'install/Containerfile'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-container-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Instructions, each in one line, of the image that runs. */
const lines = text
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n');
const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
const argumentOf = (instruction: string): string =>
  final
    .findLast((line) => line.startsWith(`${instruction} `))
    ?.slice(instruction.length + 1)
    .trim() ?? '';
const wordsOf = (instruction: string): string[] => JSON.parse(argumentOf(instruction)) as string[];

test('the container file has no fault that a reader of such files finds, and one that was spoilt has', () => {
  assert.deepEqual(validate(text), []);
  assert.notDeepEqual(validate(text.replace('ENTRYPOINT', 'ENTRYPIONT')), []);
});

test('the image runs as nobody of name, from a base that says its version, and copies what is there', () => {
  assert.match(argumentOf('USER'), /^[1-9]\d{3,}:[1-9]\d{3,}$/);
  const bases = [...text.matchAll(/^ARG BASE=(.+)$/gm)].map(([, base]) => base ?? '');
  assert.equal(bases.length, 1);
  for (const base of bases) assert.match(base, /^[a-z.]+\/[a-z/]+:24-[a-z-]+$/, 'Node 24, as package.json has it');
  const ignored = readFileSync(join(root, '.containerignore'), 'utf8');
  assert.equal(readFileSync(join(root, '.dockerignore'), 'utf8'), ignored, 'each program reads its own');
  for (const [, names = ''] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const name of names.split(' ')) {
      assert.ok(existsSync(join(root, name)), name);
      assert.ok(ignored.split('\n').includes(`!${name.split('/')[0]}`), `${name} is left out by .containerignore`);
    }
  }
  assert.ok(!/^ADD /m.test(text));
});

const isRoot = process.getuid?.() === 0;
const mounts = spawnSync('unshare', ['-m', '-n', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
const skip =
  isRoot && mounts.status === 0 ? false : 'needs Linux, root, the Debian package util-linux, and the right to mount';

/**
 * What a container of that image is to what runs in it: the same places, a root that nobody can write, the same user
 * without a right, a network of its own, and its own words. What is in the image is that of this checkout.
 */
const BOX = `set -e
mount -t tmpfs none "$1"; cd "$1"
mkdir -p usr etc/wattpurse opt/wattpurse node proc dev tmp var/lib/wattpurse
for name in bin lib lib64; do if [ -L "/$name" ]; then cp -P "/$name" "$name"; elif [ -d "/$name" ]; then mkdir "$name"; mount --bind "/$name" "$name"; fi; done
mount --bind /usr usr; mount --bind "$2" opt/wattpurse; mount --bind "$3" node; mount -t proc none proc
cp "$2/install/host.json" etc/wattpurse/
: > dev/null; mount --bind /dev/null dev/null; : > dev/urandom; mount --bind /dev/urandom dev/urandom
for name in usr opt/wattpurse node; do mount -o remount,ro,bind "$name"; done
mount -o remount,ro .
mount -t tmpfs -o mode=1777 none tmp
mount -t tmpfs -o "mode=0700,uid=\${4%:*},gid=\${4#*:}" none var/lib/wattpurse
ip link set lo up 2>/dev/null || true
user=$4; shift 4
exec chroot . /usr/bin/setpriv --reuid "\${user%:*}" --regid "\${user#*:}" --clear-groups --no-new-privs --bounding-set=-all \\
  /usr/bin/env -i PATH=/node:/usr/bin:/bin WATTPURSE_PASSPHRASE=secret NODE_ENV=production "$@"`;

function inBox(words: readonly string[]): ChildProcess {
  const place = mkdtempSync(join(scratch, 'box-'));
  const script = join(scratch, 'box.sh');
  writeFileSync(script, BOX);
  const node = dirname(realpathSync(process.execPath));
  const args = [
    '-m',
    '-n',
    '-p',
    '-f',
    '--kill-child=SIGTERM',
    'sh',
    script,
    place,
    root,
    node,
    argumentOf('USER'),
    ...words,
  ];
  return spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

test('the command of the image runs as its user with a root that cannot be written, answers its own check, and ends', {
  skip,
}, async () => {
  const [, check = ''] = /CMD (\[.+\])$/.exec(argumentOf('HEALTHCHECK')) ?? [];
  const healthy = JSON.parse(check) as string[];
  const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // The check is asked as the container's keeper asks it: in the same place, until it is well.
  const script = `${quoted([...wordsOf('ENTRYPOINT'), ...wordsOf('CMD')])} & host=$!
    if touch /opt/wattpurse/written /written 2>/dev/null; then echo WRITTEN; fi
    until ${quoted(healthy)}; do kill -0 $host || exit 9; sleep 0.3; done
    echo WELL $(id -u) $(ls /var/lib/wattpurse | tr '\\n' ' ')
    kill -TERM $host; wait $host; echo ENDED $?`;
  const box = inBox(['/bin/sh', '-c', script]);
  const said: string[] = [];
  for (const stream of [box.stdout, box.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => said.push(line));
  }
  const [code] = (await once(box, 'close')) as [number | null];
  const all = said.join('\n');
  assert.equal(code, 0, all);
  assert.match(all, /^WELL 65532 .*wattpurse\.db/m, all);
  assert.match(all, /^ENDED 0$/m, all);
  assert.doesNotMatch(all, /WRITTEN/);
});
