import { parentPort } from 'node:worker_threads';
import { post } from '../log/post.js';
import type { ThreadAnswer, ThreadRequest } from './query-thread.js';
import { SearchScan } from './search-scan.js';

/** Answers searches one after the other. Another path is another generation of the projection: the old one is closed. */
let open: { readonly path: string; readonly scan: SearchScan } | null = null;

function scanOf(path: string): SearchScan {
  if (open?.path !== path) {
    open?.scan.close();
    open = null;
    open = { path, scan: new SearchScan(path) };
  }
  return open.scan;
}

function answer({ path, request }: ThreadRequest): ThreadAnswer {
  try {
    return { outcome: 'found', answer: scanOf(path).scan(request) };
  } catch (error) {
    // A file in a bad state may be well again when it is opened anew.
    open?.scan.close();
    open = null;
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

const port = parentPort;
port?.on('message', (message: ThreadRequest) => post(port, answer(message)));
