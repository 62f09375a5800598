import type { WebSocket, RawData } from 'ws';
import type { ServerFrameOf } from '@parley/protocol';
import { Histogram, type Summary } from '../measure/histogram.js';
import { KeepAliveClient } from '../measure/keep-alive-client.js';
import { closeSocket, connectSocket, framesOf } from '../measure/parley-socket.js';
import { nowMicros } from '../measure/stamped-text.js';
import { randomOf } from '../prefill/random.js';
import { anyQuery } from '../prefill/talk.js';
import type { Figure } from '../report/figure.js';
import type { Bench } from './bench.js';

const pageSize = 50;
const warmUps = 200;

/** One request after the other for so long, after some that are not counted. */
async function timed(seconds: number, ask: () => Promise<unknown>): Promise<Summary> {
  for (let n = 0; n < warmUps; n++) await ask();
  const times = new Histogram();
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const began = nowMicros();
    await ask();
    times.record(nowMicros() - began);
  }
  return times.summary();
}

async function repeated(times: number, measure: () => Promise<Summary>): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  while (summaries.length < times) summaries.push(await measure());
  return summaries;
}

function percentiles(name: string, summaries: readonly Summary[], p99AtMost: number): readonly Figure[] {
  const figure = (percentile: 'p50' | 'p99' | 'p999'): Figure => ({
    name: `${name} ${percentile === 'p999' ? 'p99.9' : percentile}`,
    unit: 'ms',
    parley: summaries.map((summary) => summary[percentile] / 1_000),
    ...(percentile === 'p99' ? { goal: { of: 'value', atMost: p99AtMost } } : {}),
  });
  return [figure('p50'), figure('p99'), figure('p999')];
}

export const history: Bench = {
  name: 'history',
  title: 'A page of 50 messages from anywhere in a conversation of a million',
  async run({ grounds, settings }) {
    const { server, members, long } = await grounds.longLog();
    const [reader] = members;
    if (reader === undefined) throw new Error('nobody is there to read');
    const random = randomOf(5);
    const anywhere = (): number => pageSize + 1 + Math.floor(random() * (long.messages - pageSize));
    const check = (count: number): void => {
      if (count !== pageSize) throw new Error(`a page of ${count} messages instead of ${pageSize}`);
    };

    const client = new KeepAliveClient(server.url, reader.accessToken);
    const path = `/v1/conversations/${long.conversationId}/messages?limit=${pageSize}&before=`;
    const rest = await repeated(settings.repetitions, () =>
      timed(settings.seconds, async () => {
        const page = JSON.parse(await client.get(path + anywhere())) as { data: readonly unknown[] };
        check(page.data.length);
      }),
    );
    client.close();

    const socket = await connectSocket(server.url, reader, { sync: false });
    const frames = await repeated(settings.repetitions, () =>
      timed(settings.seconds, async () => {
        check((await historyFrame(socket, long.conversationId, anywhere())).entries.length);
      }),
    );
    await closeSocket(socket);
    return {
      figures: [...percentiles('REST', rest, 2), ...percentiles('socket', frames, 2)],
      notes: [
        `one request after the other, each for a random place among ${long.messages.toLocaleString('en')} messages; ` +
          `${rest.reduce((sum, { count }) => sum + count, 0)} by REST, ${frames.reduce((sum, { count }) => sum + count, 0)} by socket`,
      ],
    };
  },
};

let lastRef = 0;

function historyFrame(socket: WebSocket, conversationId: string, before: number): Promise<ServerFrameOf<'history'>> {
  const ref = ++lastRef;
  return new Promise((resolve, reject) => {
    const listen = (data: RawData): void => {
      for (const frame of framesOf(data)) {
        if (!('ref' in frame) || frame.ref !== ref) continue;
        socket.off('message', listen);
        if (frame.type === 'history') resolve(frame);
        else reject(new Error(`history: ${JSON.stringify(frame)}`));
      }
    };
    socket.on('message', listen);
    socket.send(JSON.stringify({ type: 'history', ref, conversationId, before, limit: pageSize }));
  });
}

export const search: Bench = {
  name: 'search',
  title: 'Message search over a million messages, queries of every kind',
  async run({ grounds, settings }) {
    const { server, members, bystanders, long, events } = await grounds.longLog();
    const random = randomOf(6);
    const searchers = [...members.slice(0, 5), ...bystanders.slice(0, 5)].map(
      (account) => new KeepAliveClient(server.url, account.accessToken),
    );
    const usernames = [...members, ...bystanders].map(({ username }) => username);
    let asked = 0;
    let hits = 0;
    const searched = await repeated(settings.repetitions, () =>
      timed(settings.seconds, async () => {
        const searcher = searchers[asked++ % searchers.length];
        const query = new URLSearchParams({ query: anyQuery(random, usernames), limit: '20' });
        const page = JSON.parse((await searcher?.get(`/v1/search?${query.toString()}`)) ?? '') as {
          data: readonly unknown[];
        };
        hits += page.data.length;
      }),
    );
    for (const searcher of searchers) searcher.close();
    if (hits === 0) throw new Error('no search found anything');
    return {
      figures: percentiles('search', searched, 20),
      notes: [
        `${asked} searches, ${(hits / asked).toFixed(1)} hits each: rare, common and very common words, two words, phrases, ` +
          'prefixes, without a word, from somebody; newest first, 20 a page',
        `half of the searchers see the ${long.messages.toLocaleString('en')} messages of the long conversation, the others ` +
          `only their groups among ${events.toLocaleString('en')} events`,
      ],
    };
  },
};
