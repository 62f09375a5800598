#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Modules compiled once start in half the time. Best effort: where the folder cannot be written, nothing is kept.
enableCompileCache(fileURLToPath(new URL('.compile-cache', import.meta.url)));
const { run } = await import('./cli/run.js');

process.exitCode = await run(process.argv.slice(2));
