import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const index = new URL('../../../scripts/engines/index.mjs', import.meta.url).href;

/** Stands in for Docker: notes what it is asked to do, and remembers which services run. */
const fakeDocker = `#!/bin/sh
state=$(dirname "$0")/running
case "$*" in
  'compose version' | info) ;;
  *' ps --services '*) cat "$state" 2>/dev/null ;;
  *' up '*) echo "$*" >>"$0.log"; printf 'kafka\\ncassandra\\nelasticsearch\\nredis\\n' >"$state" ;;
  *' down'*) echo "$*" >>"$0.log"; rm -f "$state" ;;
  *) exit 1 ;;
esac
`;

describe('engines on a machine with Docker', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-docker-'));
    await writeFile(join(folder, 'docker'), fakeDocker);
    await chmod(join(folder, 'docker'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What a script that uses the launcher answers, with nothing else at hand. */
  const answerOf = async (script: string): Promise<unknown> => {
    const env = { PATH: `${folder}${delimiter}/usr/bin${delimiter}/bin`, ENGINES_HOME: join(folder, 'home') };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    return JSON.parse(stdout);
  };

  it('are brought up, used as they are the second time, and stopped, by Docker', async () => {
    const answer = await answerOf(`
      import { down, up } from '${index}';
      const told = [];
      const tell = (line) => told.push(line);
      const first = await up({ tell });
      const second = await up({ tell });
      console.log(JSON.stringify({ told, first, second, stopped: await down() }));
    `);
    const environment = {
      KAFKA_BROKERS: '127.0.0.1:9092',
      CASSANDRA_URL: 'cassandra://127.0.0.1:9042/parley?dc=datacenter1',
      ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
      REDIS_URL: 'redis://127.0.0.1:6379',
    };
    const names = ['kafka', 'cassandra', 'elasticsearch', 'redis'];
    expect(answer).toEqual({
      told: names.map((name) => `${name}: ready, by Docker`),
      first: environment,
      second: environment,
      stopped: names,
    });
    expect(await readFile(join(folder, 'docker.log'), 'utf8')).toMatch(/ up .*\n.* up .*\n.* down/);
  });
});
