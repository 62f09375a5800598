import type { ClientMessage } from './frames.js';

/** A message on its way: from whom, and its text as the file and the frames hold it. */
export interface Passage<Client> {
  readonly sender: Client;
  readonly id: number;
  readonly to: ClientMessage['to'];
  /** The DeliveredMessage as JSON, made once. */
  readonly json: string;
}

/** Who is connected now. */
export interface Directory<Client> {
  peer(name: string): Client | undefined;
  group(name: string): Iterable<Client>;
}

interface Share<Client> {
  acks: number[];
  messages: string[];
  groups: GroupShare<Client>[];
}

interface GroupShare<Client> {
  readonly passages: Passage<Client>[];
  /** One frame with all messages of the group: most members get just these bytes. */
  frame: Buffer | undefined;
}

/** One frame for each client that a committed batch concerns: its acks and all that is for it. Senders get no echo. */
export function batchFrames<Client>(
  batch: readonly Passage<Client>[],
  directory: Directory<Client>,
): Map<Client, Buffer> {
  const shares = new Map<Client, Share<Client>>();
  const shareOf = (client: Client): Share<Client> => {
    let share = shares.get(client);
    if (!share) shares.set(client, (share = { acks: [], messages: [], groups: [] }));
    return share;
  };

  const groups = new Map<string, GroupShare<Client>>();
  for (const passage of batch) {
    shareOf(passage.sender).acks.push(passage.id);
    if ('peer' in passage.to) {
      const peer = directory.peer(passage.to.peer);
      if (peer) shareOf(peer).messages.push(passage.json);
    } else {
      const group = groups.get(passage.to.group);
      if (group) group.passages.push(passage);
      else groups.set(passage.to.group, { passages: [passage], frame: undefined });
    }
  }
  for (const [name, group] of groups) {
    for (const member of directory.group(name)) shareOf(member).groups.push(group);
  }

  const frames = new Map<Client, Buffer>();
  for (const [client, share] of shares) frames.set(client, frameOf(client, share));
  return frames;
}

function frameOf<Client>(client: Client, share: Share<Client>): Buffer {
  const [group] = share.groups;
  if (group && share.groups.length === 1 && share.acks.length === 0 && share.messages.length === 0) {
    group.frame ??= encode(
      [],
      group.passages.map((passage) => passage.json),
    );
    return group.frame;
  }
  const fromGroups = share.groups.flatMap(({ passages }) => passages.filter((passage) => passage.sender !== client));
  return encode(share.acks, share.messages.concat(fromGroups.map((passage) => passage.json)));
}

const encode = (acks: readonly number[], messages: readonly string[]): Buffer =>
  Buffer.from(`{"acks":[${acks.join(',')}],"messages":[${messages.join(',')}]}`);
