import type { WebSocket } from 'ws';
import { untilProjected } from '../measure/parley-operation.js';
import {
  type Account,
  operatorName,
  registerAll,
  registerOrLogIn,
  startConversation,
} from '../measure/parley-people.js';
import { closeSocket, connectSocket } from '../measure/parley-socket.js';
import type { Bench } from './bench.js';
import { Dialogue } from './dialogue.js';
import { type Costs, compareCosts, measureRound, noCosts } from './rounds.js';

const idleSessions = 200;
const messagesInRound = 300;
const warmUps = 300;
const rounds = 4;

export const idleCompany: Bench = {
  name: 'company',
  title: 'Two people talk with 200 idle sessions around, beside the same alone',
  async run({ grounds, settings }) {
    const server = await grounds.newParley();
    const operator = await registerOrLogIn(server.url, operatorName);
    const settled = (): Promise<void> => untilProjected(server.url, operator, { limitSeconds: 60 });
    const idle = await registerAll(
      server.url,
      Array.from({ length: idleSessions }, (_, n) => `idle-${n}`),
    );
    const [talker, listener] = (await registerAll(server.url, ['talker', 'listener'])) as [Account, Account];
    const conversationId = await startConversation(server.url, talker, {
      kind: 'direct',
      memberIds: [listener.userId],
    });
    const dialogue = await Dialogue.open(server.url, talker, listener);
    for (let n = 0; n < warmUps; n++) await dialogue.say(conversationId);

    const [harder, easier]: [Costs[], Costs[]] = [[], []];
    for (let repetition = 0; repetition < settings.repetitions; repetition++) {
      const [withOthers, alone] = [noCosts(), noCosts()];
      for (let round = 0; round < rounds; round++) {
        const measured = { pid: server.pid, dialogue, conversationId, messages: messagesInRound, settled };
        await measureRound(alone, measured);
        const sockets = await connectAll(server.url, idle);
        await measureRound(withOthers, measured);
        await Promise.all(sockets.map(closeSocket));
      }
      harder.push(withOthers);
      easier.push(alone);
    }
    await dialogue.close();
    await server.stop();
    return {
      figures: compareCosts('alone', harder, easier, { of: 'ratio', atMost: 1.05 }),
      notes: [
        `in turn ${messagesInRound} messages alone and ${messagesInRound} with ${idleSessions} other people's sessions ` +
          'connected and silent; "no slower" allows 5 % for what one measurement differs from the next',
      ],
    };
  },
};

async function connectAll(url: string, accounts: readonly Account[]): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (const account of accounts) sockets.push(await connectSocket(url, account));
  return sockets;
}
