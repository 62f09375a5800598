import { once } from 'node:events';
import type { ClientFrameOf, ServerFrame } from '@parley/protocol';
import { WebSocket, type RawData } from 'ws';
import type { OpenTarget, Talker, Target } from './talker.js';

interface Account {
  readonly userId: string;
  readonly accessToken: string;
}

/**
 * A Parley server as a target, on the bare protocol: the generator must not be slower here than against the yardstick.
 * @param options `{ url, run }`: the server's URL and a word that makes this run's user names its own
 */
export const openTarget: OpenTarget = (options) => {
  const { url, run } = options as { url: string; run: string };
  const register = (name: string): Promise<Account> => registerUser(url, `${run}-${name}`);
  const target: Target = {
    async connectPair(index) {
      const [one, other] = await Promise.all([register(`a${index}`), register(`b${index}`)]);
      const conversationId = await startConversation(url, one, { kind: 'direct', memberIds: [other.userId] });
      return Promise.all([connectTalker(url, one, conversationId), connectTalker(url, other, conversationId)]);
    },
    async connectGroup(size) {
      const members: Account[] = [];
      while (members.length < size) {
        const names = Array.from({ length: Math.min(20, size - members.length) }, (_, n) => `m${members.length + n}`);
        members.push(...(await Promise.all(names.map(register))));
      }
      const [owner, ...others] = members as [Account, ...Account[]];
      const conversationId = await startConversation(url, owner, {
        kind: 'group',
        title: run,
        memberIds: others.map(({ userId }) => userId),
      });
      return Promise.all(members.map((member) => connectTalker(url, member, conversationId)));
    },
  };
  return Promise.resolve(target);
};

export async function registerUser(url: string, username: string): Promise<Account> {
  const body = { username, password: 'a bench password', displayName: username, deviceName: 'bench' };
  const answer = (await post(url, '/v1/users', null, body)) as { accessToken: string; user: { id: string } };
  return { userId: answer.user.id, accessToken: answer.accessToken };
}

export async function startConversation(url: string, by: Account, body: object): Promise<string> {
  const answer = (await post(url, '/v1/conversations', by, body)) as { conversationId?: string; id?: string };
  const id = answer.conversationId ?? answer.id;
  if (id === undefined) throw new Error(`no conversation id in ${JSON.stringify(answer)}`);
  return id;
}

async function post(url: string, path: string, by: Account | null, body: object): Promise<unknown> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(by === null ? {} : { Authorization: `Bearer ${by.accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An authenticated socket that is live. */
export async function connectSocket(url: string, account: Account, hello: object = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, 'parley.v1.json', {
    perMessageDeflate: false,
    headers: { Authorization: `Bearer ${account.accessToken}` },
  });
  await once(socket, 'open');
  const live = new Promise<void>((resolve) => {
    const listen = (data: RawData): void => {
      if (!framesOf(data).some(({ type }) => type === 'caught_up')) return;
      socket.off('message', listen);
      resolve();
    };
    socket.on('message', listen);
  });
  socket.send(JSON.stringify({ type: 'hello', ...hello }));
  await Promise.race([
    live,
    once(socket, 'close').then(([code]) => {
      throw new Error(`closed with ${code} before it was live`);
    }),
  ]);
  return socket;
}

async function connectTalker(url: string, account: Account, conversationId: string): Promise<Talker> {
  const socket = await connectSocket(url, account, { echo: false });
  return new ParleyTalker(socket, account.userId, conversationId);
}

function framesOf(data: RawData): ServerFrame[] {
  const parsed = JSON.parse((data as Buffer).toString()) as ServerFrame | ServerFrame[];
  return Array.isArray(parsed) ? parsed : [parsed];
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
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
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
