// Builds the web chat, and writes every file compressed beside itself. Does nothing while its sources are the same.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const site = join(root, 'apps/web/dist/site');
const stamp = join(root, 'apps/web/dist/site.stamp');
const patterns = [
  'apps/web/{index.html,package.json,vite.config.ts,public/*,src/**/*.{ts,tsx,css}}',
  'libs/client/src/**/*.ts',
  'package-lock.json',
  'scripts/build-web.mjs',
];

const hash = createHash('sha256');
for (const file of globSync(patterns, { cwd: root }).sort()) {
  if (!file.endsWith('.spec.ts')) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
}
const wanted = hash.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted || !existsSync(join(site, 'index.html'))) {
  const { build } = await import('vite');
  await build({ configFile: join(root, 'apps/web/vite.config.ts'), logLevel: 'warn' });
  for (const file of globSync('**/*.{html,js,css,svg}', { cwd: site })) {
    const bytes = readFileSync(join(site, file));
    writeFileSync(join(site, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(site, `${file}.br`), brotliCompressSync(bytes));
  }
  writeFileSync(stamp, wanted);
}
