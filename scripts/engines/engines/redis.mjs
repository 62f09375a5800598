import { debianProgram } from '../debian.mjs';
import { folder } from '../layout.mjs';
import { redisAnswers } from '../probes/redis.mjs';
import { launch } from '../processes.mjs';

/** Redis 7: in memory only, as the profile keeps nothing there that it could not gather again. */
export const redis = {
  name: 'redis',
  standardPorts: { client: 6379 },
  nodeCounts: [1],
  needs: { program: 'redis-server' },
  memoryMiB: () => 30,
  install: ({ layout, tell }) => debianProgram(layout, 'redis-server', tell),

  async launchNode({ layout, plan, tell }, node) {
    const { command, env } = await debianProgram(layout, 'redis-server', tell);
    const data = folder(layout.data, node.data);
    // A disk that can fill up is only felt by a server that writes to it.
    const persistence = plan.smallDiskMiB === undefined ? 'no' : 'yes';
    const settings = {
      port: node.ports.client,
      bind: node.host,
      dir: data,
      save: '',
      appendonly: persistence,
      maxmemory: '256mb',
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    return launch(layout, node.name, command, args, { cwd: data, env });
  },

  isReady: (_plan, node) => redisAnswers(node.host, node.ports.client),
  environment: ([{ host, port }]) => ({ REDIS_URL: `redis://${host}:${port}` }),
};
