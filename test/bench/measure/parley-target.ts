import type { ClientFrameOf } from '@parley/protocol';
import type { RawData, WebSocket } from 'ws';
import { untilProjected } from './parley-operation.js';
import { type Account, operatorName, registerAll, registerOrLogIn, startConversation } from './parley-people.js';
import { closeSocket, connectSocket, framesOf } from './parley-socket.js';
import type { OpenTarget, Talker, Target } from './talker.js';

interface ParleyTargetOptions {
  readonly url: string;
  readonly run: string;
  readonly others?: readonly string[];
  /** Where projections are asked for, when that is elsewhere. */
  readonly operatedAt?: string;
}

/**
 * A Parley server as a target, on the bare protocol: the generator must not be slower here than against the yardstick.
 * @param options `{ url, run, others }`: the server's URL and a word that makes this run's user names its own; people
 * connect in turn to the server and the others
 */
export const openTarget: OpenTarget = async (options) => {
  const { url, run, others = [], operatedAt = url } = options as ParleyTargetOptions;
  const urls = [url, ...others];
  let connected = 0;
  const connect = (account: Account, conversationId: string): Promise<Talker> =>
    connectTalker(urls[connected++ % urls.length] ?? url, account, conversationId);
  const operator = await registerOrLogIn(url, operatorName);
  const target: Target = {
    async connectPair(index) {
      const [one, other] = (await registerAll(url, [`${run}-a${index}`, `${run}-b${index}`])) as [Account, Account];
      const conversationId = await startConversation(url, one, { kind: 'direct', memberIds: [other.userId] });
      return Promise.all([connect(one, conversationId), connect(other, conversationId)]);
    },
    async connectGroup(size) {
      const names = Array.from({ length: size }, (_, n) => `${run}-m${n}`);
      const members = await registerAll(url, names);
      const [owner, ...others] = members as [Account, ...Account[]];
      const memberIds = others.map(({ userId }) => userId);
      const conversationId = await startConversation(url, owner, { kind: 'group', title: run, memberIds });
      return Promise.all(members.map((member) => connect(member, conversationId)));
    },
    caughtUp: () => untilProjected(operatedAt, operator, { limitSeconds: 110 }),
  };
  return target;
};

async function connectTalker(url: string, account: Account, conversationId: string): Promise<Talker> {
  const socket = await connectSocket(url, account, { echo: false });
  return new ParleyTalker(socket, account.userId, conversationId);
}

class ParleyTalker implements Talker {
  readonly #socket: WebSocket;
  readonly #userId: string;
  readonly #conversationId: string;
  readonly #unsettled = new Map<number, (refusal: string | null) => void>();
  readonly #run = Math.random().toString(36).slice(2, 10);
  #queued: ClientFrameOf<'send'>[] = [];
  #lastRef = 0;
  #receive: (text: string) => void = () => {};

  constructor(socket: WebSocket, userId: string, conversationId: string) {
    this.#socket = socket;
    this.#userId = userId;
    this.#conversationId = conversationId;
    socket.on('message', (data) => this.#onMessage(data));
  }

  send(text: string, settled: (refusal: string | null) => void): void {
    this.#lastRef += 1;
    this.#unsettled.set(this.#lastRef, settled);
    if (this.#queued.length === 0) queueMicrotask(() => this.#flush());
    this.#queued.push({
      type: 'send',
      ref: this.#lastRef,
      conversationId: this.#conversationId,
      clientMessageId: `${this.#run}${this.#lastRef}`,
      content: { type: 'text.v1', text },
    });
  }

  onMessage(receive: (text: string) => void): void {
    this.#receive = receive;
  }

  onLost(report: (reason: string) => void): void {
    this.#socket.once('close', (code) => report(`closed with ${code}`));
    this.#socket.on('error', (error) => report(error.message));
  }

  async close(): Promise<void> {
    this.#socket.removeAllListeners('close');
    await closeSocket(this.#socket);
  }

  #flush(): void {
    this.#socket.send(JSON.stringify(this.#queued.length === 1 ? this.#queued[0] : this.#queued));
    this.#queued = [];
  }

  #onMessage(data: RawData): void {
    for (const frame of framesOf(data)) {
      if (frame.type === 'accepted') this.#settle(frame.ref, null);
      else if (frame.type === 'error' && frame.ref !== undefined) this.#settle(frame.ref, frame.code);
      else if (frame.type === 'changes') {
        for (const change of frame.changes) {
          if (change.kind !== 'message' || change.message.senderId === this.#userId) continue;
          if (change.message.content?.type === 'text.v1') this.#receive(change.message.content.text);
        }
      }
    }
  }

  #settle(ref: number, refusal: string | null): void {
    this.#unsettled.get(ref)?.(refusal);
    this.#unsettled.delete(ref);
  }
}
