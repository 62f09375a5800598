import { expect, it } from 'vitest';
import { cpuSeconds, residentBytes, watchProcess } from './process-figures.js';

it.runIf(process.platform === 'linux')('agrees with what Node says of this process', () => {
  const stop = watchProcess(process.pid);
  const until = performance.now() + 100;
  while (performance.now() < until);
  const used = stop();
  expect(used.cpuSeconds).toBeGreaterThan(0);
  expect(Object.values(used.threads).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(used.cpuSeconds, 0);
  expect(used.rssBytes).toBeGreaterThan(10_000_000);
  expect(used.peakRssBytes).toBeGreaterThanOrEqual(used.rssBytes);

  const { user, system } = process.cpuUsage();
  expect(Math.abs(cpuSeconds(process.pid) - (user + system) / 1e6)).toBeLessThan(0.2);
  expect(Math.abs(residentBytes(process.pid).now - process.memoryUsage.rss())).toBeLessThan(30_000_000);
});

it('is 0 for a process that is not there', () => {
  expect(watchProcess(2 ** 30)()).toEqual({ pid: 2 ** 30, cpuSeconds: 0, rssBytes: 0, peakRssBytes: 0, threads: {} });
});
