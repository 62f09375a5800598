import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Projects of vitest.config.ts that need the real engines. */
const onEngines = ['cluster', 'e2e-cluster'];

/**
 * Prints `N passed, N failed` as the very last line of a run, for scripts that count tests; above it, which tests were
 * not asked for and how to run them.
 *
 * A file that does not load and an error outside of any test count as one failure each. A run in which nothing passed
 * fails, so that an empty selection is never mistaken for success.
 */
export default class SummaryReporter implements Reporter {
  #left: readonly string[] = [];

  onInit({ projects }: Vitest): void {
    this.#left = onEngines.filter((name) => !projects.some((project) => project.name === name));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const failedHere = tests.filter((test) => test.result().state === 'failed').length;
      passed += tests.filter((test) => test.result().state === 'passed').length;
      failed += failedHere === 0 && module.state() === 'failed' ? 1 : failedHere;
    }
    process.once('exit', () => {
      if (failed > 0 || passed === 0) process.exitCode ||= 1;
      if (this.#left.length > 0)
        console.log(`Not run: the tests on real engines (${this.#left.join(', ')}). Run them by: npm run test:cluster`);
      console.log(`${passed} passed, ${failed} failed`);
    });
  }
}
