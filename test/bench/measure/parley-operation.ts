import { setTimeout as sleep } from 'node:timers/promises';
import { adminRoutes, type RebuildLine } from '@parley/protocol';
import { type Account, bodyOf } from './parley-people.js';

interface ProjectionStatus {
  readonly name: string;
  readonly lag: number;
  readonly parked: number;
  readonly state: string;
}

/** Milliseconds between two looks at the projections. */
const lookEvery = 20;

/** Events that the projection furthest behind has not applied. @throws Error when one failed or parked an event */
async function projectionLag(url: string, operator: Account): Promise<number> {
  const answer = await fetch(url + adminRoutes.listProjections.path, { headers: authorized(operator) });
  const { data } = (await bodyOf(answer)) as { data: readonly ProjectionStatus[] };
  const broken = data.filter(({ state, parked }) => state === 'failed' || parked > 0);
  if (broken.length > 0) throw new Error(`projections are not well: ${JSON.stringify(broken)}`);
  return Math.max(...data.map(({ lag }) => lag));
}

/** Waits until every projection has applied the whole log. @throws Error after `limitSeconds` */
export async function untilProjected(
  url: string,
  operator: Account,
  options: { readonly limitSeconds: number; readonly onLag?: (lag: number) => void },
): Promise<void> {
  const until = performance.now() + options.limitSeconds * 1_000;
  for (;;) {
    const lag = await projectionLag(url, operator);
    if (lag === 0) return;
    if (performance.now() > until) throw new Error(`${lag} events behind after ${options.limitSeconds} s`);
    options.onLag?.(lag);
    await sleep(lookEvery);
  }
}

export interface Rebuilt {
  readonly events: number;
  /** Until the new one was filled. */
  readonly fillSeconds: number;
  /** With comparing the two and switching. */
  readonly seconds: number;
  readonly rows: number;
  readonly differences: number;
}

/** Builds a projection anew while the server serves. @throws Error when it failed or the old one serves on */
export async function rebuild(url: string, operator: Account, name: string): Promise<Rebuilt> {
  const began = performance.now();
  const secondsSince = (): number => (performance.now() - began) / 1_000;
  const path = adminRoutes.rebuildProjection.path.replace(':name', name);
  const answer = await fetch(url + path, { method: 'POST', headers: authorized(operator) });
  if (!answer.ok || answer.body === null)
    throw new Error(`rebuild of ${name}: ${answer.status} ${await answer.text()}`);
  let fillSeconds = 0;
  let events = 0;
  for await (const line of linesOf(answer.body)) {
    const told = JSON.parse(line) as RebuildLine;
    if (told.type === 'progress') {
      fillSeconds = secondsSince();
      events = told.done;
    } else if (told.type === 'report') {
      if (!told.switched) throw new Error(`rebuild of ${name}: the old one serves on: ${line}`);
      const differences = told.onlyInNew + told.onlyInOld + told.different;
      return { events, fillSeconds, seconds: secondsSince(), rows: told.rows, differences };
    } else throw new Error(`rebuild of ${name}: ${told.message}`);
  }
  throw new Error(`rebuild of ${name}: no report came`);
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

const authorized = (operator: Account): Record<string, string> => ({ Authorization: `Bearer ${operator.accessToken}` });
