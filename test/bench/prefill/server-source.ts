import type { TestServer } from '../../kit/server.js';

/** Where folders and servers come from; who gives them cleans up after the run. */
export interface ServerSource {
  newFolder(): string;
  parleyOn(dataDir: string): Promise<TestServer>;
}
