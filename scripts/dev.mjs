// Compiles on every change and restarts the server on every new build.
import { spawn, spawnSync } from 'node:child_process';

const bin = (name) => `node_modules/.bin/${name}`;
const options = { stdio: 'inherit', shell: process.platform === 'win32' };

spawnSync(bin('tsc'), ['-b'], options);
const children = [
  spawn(bin('tsc'), ['-b', '--watch', '--preserveWatchOutput'], options),
  spawn(
    process.execPath,
    [
      '--watch',
      '--watch-preserve-output',
      '--disable-warning=ExperimentalWarning',
      'apps/parley/dist/main.js',
      'serve',
    ],
    { stdio: 'inherit' },
  ),
];

const stop = () => children.forEach((child) => child.kill('SIGTERM'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) child.on('exit', stop);
