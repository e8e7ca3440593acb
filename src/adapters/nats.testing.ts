import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.testing.ts';

const PROGRAM = ['/usr/sbin/nats-server', '/usr/bin/nats-server'].find((path) => existsSync(path));

/** Why tests of a broker do not run here, if they do not. */
export const natsMissing: string | false =
  PROGRAM === undefined && 'The broker is missing: install the Debian package nats-server.';

/** A server of a broker in a folder of its own, which ends with this process and leaves nothing. */
export interface TestBroker {
  readonly port: number;
  /** Killed; what it kept on disk stays. */
  kill(): Promise<void>;
  /** Started again, over what it kept. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface BrokerSetting {
  /** Lines of its configuration beside port and JetStream. */
  readonly more?: string;
  readonly address?: string;
  readonly port?: number;
  /** In the network namespace of a process. */
  readonly namespaceOf?: number;
  /** Whether it keeps streams; true where absent. */
  readonly streams?: boolean;
}

export async function startNats({
  more = '',
  address = '127.0.0.1',
  port: named,
  namespaceOf,
  streams = true,
}: BrokerSetting = {}): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-nats-'));
  const port = named ?? (await freePort());
  const configuration = join(folder, 'nats.conf');
  const kept = `jetstream { store_dir: "${folder}/store", max_memory_store: 64MB, max_file_store: 4GB }`;
  writeFileSync(configuration, [`listen: "${address}:${port}"`, streams ? kept : '', more, ''].join('\n'));
  const inside = namespaceOf === undefined ? [] : ['nsenter', '-t', `${namespaceOf}`, '-n', '--'];
  let child: ChildProcess | undefined;
  const start = async () => {
    const [program, ...args] = [
      ...inside,
      'setpriv',
      '--pdeathsig',
      'KILL',
      '--',
      PROGRAM as string,
      '-c',
      configuration,
    ];
    child = spawn(program as string, args, { stdio: 'ignore' });
    await untilItListens(address, port, child);
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    ...{ port, kill, start },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Servers of one cluster, on loopback. */
export async function startNatsCluster(count: number, more = ''): Promise<readonly TestBroker[]> {
  const routes = await Promise.all(Array.from({ length: count }, freePort));
  const list = routes.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  return Promise.all(
    routes.map((port, i) =>
      startNats({
        more: `server_name: n${i}\ncluster { name: c, listen: "127.0.0.1:${port}", routes: [${list}] }\n${more}`,
      }),
    ),
  );
}

async function untilItListens(address: string, port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, address);
    const isOpen = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).then(
      () => socket.readyState === 'open',
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await pause(20);
  }
  throw new Error(`nats-server ended with ${child.exitCode}`);
}
