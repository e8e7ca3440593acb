/** Asks as fast as it is answered, in a thread of its own: the figures are those of the thread that answers. */
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { port, path, headers, connections } = workerData as {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
};
const agent = new Agent({ keepAlive: true, maxSockets: connections });

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path, headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`answered with ${answer.statusCode}`));
      answer.resume();
      answer.on('end', resolve);
    });
    asked.on('error', reject);
  });
}

parentPort?.on('message', async (requests: number) => {
  let left = requests;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left-- > 0) await ask();
    }),
  );
  parentPort?.postMessage('done');
});
