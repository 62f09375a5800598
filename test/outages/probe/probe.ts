import { setTimeout as sleep } from 'node:timers/promises';
import { accountRoutes, messageCommandRoutes, queryRoutes, type Route, searchRoutes } from '@parley/protocol';
import { password } from '../../kit/people.js';
import type { CallInput } from '../../kit/rest.js';
import type { Asked, Feature, Outcome } from './features.js';
import type { Askers } from './people.js';
import type { Shown } from '../judge/push-faults.js';
import { Pushes } from './pushes.js';
import { askOnce, outcomeOf } from './rest-question.js';
import { TalkingSocket } from './talking-socket.js';

const everyMs = 1_000;
const soonMs = 2_000;
/** An answer that takes longer is not waited for. */
const givenUpMs = 15_000;

/** Asks every feature once a second, from outside as people do, and notes how each question ended. */
export class Probe {
  readonly #asked: Asked[] = [];
  readonly #running = new Map<Feature, Promise<void>>();
  readonly #logOuts: string[] = [];
  readonly #stopping = new AbortController();
  readonly #questions: ReadonlyMap<Feature, () => Promise<Outcome>>;
  #ticking: Promise<void> = Promise.resolve();
  #messages = 0;

  private constructor(
    private readonly url: string,
    private readonly askers: Askers,
    /** Names messages, once for ever. */
    private readonly run: string,
    private readonly pushes: Pushes,
    private readonly socket: TalkingSocket,
  ) {
    const { ann, ben, conversationId } = askers;
    const params = { conversationId };
    const asBen = { token: ben.token };
    this.#questions = new Map<Feature, () => Promise<Outcome>>([
      ['send by socket', () => this.#sendBySocket()],
      ['send by REST', () => this.#sendByRest()],
      ['history', () => this.#ask(queryRoutes.listMessages, { ...asBen, params, query: { limit: 50 } })],
      ['inbox', () => this.#ask(queryRoutes.listConversations, asBen)],
      ['sync', () => this.#ask(queryRoutes.sync, { ...asBen, query: { limit: 100 } })],
      ['search', () => this.#ask(searchRoutes.search, { ...asBen, query: { query: 'hello', limit: 5 } })],
      ['presence', () => this.#ask(queryRoutes.listPresence, { ...asBen, query: { userIds: ann.userId } })],
      ['log-in', () => this.#logIn()],
      ['profile', () => this.#ask(queryRoutes.getMe, asBen)],
    ]);
  }

  static async begin(url: string, askers: Askers, run: string): Promise<Probe> {
    const socket = new TalkingSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, askers.ann.token, givenUpMs);
    const probe = new Probe(url, askers, run, await Pushes.begin(url, askers), socket);
    probe.#ticking = probe.#tick();
    return probe;
  }

  /** Everything so far, in the order of the questions. */
  asked(): readonly Asked[] {
    return [...this.#asked, ...this.pushes.asked()].toSorted((a, b) => a.at - b.at);
  }

  /** Every accepted message, and how often each device has shown it. */
  shown(): readonly Shown[] {
    return this.pushes.shown();
  }

  /** Resolves when all features were answered soon, so often in a row, and all pushes came; false: not in this time. */
  async untilWell(inARow: number, limitMs: number): Promise<boolean> {
    const until = performance.now() + limitMs;
    const from = this.#asked.length;
    while (performance.now() < until) {
      const since = this.#asked.slice(from);
      const well = [...this.#questions.keys()].every((feature) => {
        const last = since.filter((one) => one.feature === feature).slice(-inARow);
        return last.length === inARow && last.every(({ kind, ms }) => kind === 'answered' && ms < soonMs);
      });
      if (well && this.pushes.waiting(performance.now() - everyMs) === 0) return true;
      await sleep(200);
    }
    return false;
  }

  /** Asks nothing new, and waits for what is under way. */
  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#ticking;
    await Promise.all(this.#running.values());
    await this.untilPushed();
  }

  /** All that was accepted a moment ago was shown, or will not be. */
  async untilPushed(): Promise<void> {
    const now = performance.now();
    while (this.pushes.waiting(now) > 0 && performance.now() < now + givenUpMs) await sleep(100);
  }

  async close(): Promise<void> {
    await this.end();
    this.socket.close();
    await this.pushes.close();
    await this.#logOutAll();
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const [feature, question] of this.#questions) {
        if (this.#running.has(feature)) continue;
        const running = this.#note(feature, question).finally(() => this.#running.delete(feature));
        this.#running.set(feature, running);
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #note(feature: Feature, question: () => Promise<Outcome>): Promise<void> {
    const at = performance.now();
    const late = sleep(givenUpMs + everyMs, { kind: 'failed', reason: 'no answer' } as const, { ref: false });
    const answer = question().catch((error: unknown): Outcome => ({ kind: 'failed', reason: reasonOf(error) }));
    const outcome = await Promise.race([answer, late]);
    this.#asked.push({ ...outcome, feature, at, ms: performance.now() - at });
  }

  async #ask(route: Route, input: CallInput): Promise<Outcome> {
    return outcomeOf(route, await askOnce(this.url, route, input, givenUpMs));
  }

  async #sendBySocket(): Promise<Outcome> {
    const number = ++this.#messages;
    const { conversationId } = this.askers;
    const answer = await this.socket.send(conversationId, `${this.run}-${number}`, `hello ${number}`);
    if (!('type' in answer)) return answer;
    this.pushes.accepted(answer.sequence);
    return { kind: 'answered' };
  }

  async #sendByRest(): Promise<Outcome> {
    const number = ++this.#messages;
    const { ann, conversationId } = this.askers;
    const body = {
      clientMessageId: `${this.run}-${number}`,
      content: { type: 'text.v1', text: `hello ${number}` },
    };
    const input = { token: ann.token, params: { conversationId }, body };
    const answer = await askOnce(this.url, messageCommandRoutes.sendMessage, input, givenUpMs);
    const outcome = outcomeOf(messageCommandRoutes.sendMessage, answer);
    if (outcome.kind === 'answered') this.pushes.accepted((answer.body as { sequence: number }).sequence);
    return outcome;
  }

  /** And out again: people have only so many devices. */
  async #logIn(): Promise<Outcome> {
    const { username } = this.askers.cat;
    const input = { body: { username, password, deviceName: 'another' } };
    const answer = await askOnce(this.url, accountRoutes.logIn, input, givenUpMs);
    const outcome = outcomeOf(accountRoutes.logIn, answer);
    if (outcome.kind === 'answered') this.#logOuts.push((answer.body as { accessToken: string }).accessToken);
    if (this.#logOuts.length >= 10) void this.#logOutAll();
    return outcome;
  }

  async #logOutAll(): Promise<void> {
    for (let token = this.#logOuts.shift(); token !== undefined; token = this.#logOuts.shift()) {
      const out = await askOnce(this.url, accountRoutes.logOut, { token }, givenUpMs).catch(() => null);
      if (out?.status === 204 || out?.status === 401) continue;
      this.#logOuts.push(token);
      return;
    }
  }
}

const reasonOf = (error: unknown): string => {
  const { name, message, code } = error as { name: string; message: string; code?: string };
  return name === 'TimeoutError' || name === 'AbortError' ? 'no answer' : ((code ?? message).split(';')[0] ?? message);
};
