import type { Random } from '../logs/random.js';
import type { Move } from '../model/moves.js';
import type { Group } from './group.js';
import type { Stage } from './stage.js';
import type { Troubles } from './troubles.js';

/** Moves ahead for which people get ready, so that nobody has to wait for them. */
const lookAhead = 16;

/**
 * Plays one log at full speed: each move when the one before it is done. What happens beside the log (reading, dropping
 * out, searching) is up to `troubles`.
 */
export async function play(stage: Stage, group: Group, random: Random, troubles: Troubles): Promise<void> {
  const keeper = stage.person(group.keeper);
  await keeper.enter(group);
  const { conversationId } = await keeper.request(({ api }) =>
    api.conversations.startGroup({ title: group.title }, `group-${group.index + 1}`),
  );
  stage.opened(group, conversationId);
  group.here.add(group.keeper);
  const { code } = await keeper.request(({ api }) => api.invites.create(conversationId));

  for (const move of group.moves.slice(0, lookAhead)) getReady(move);
  for (const [index, move] of group.moves.entries()) {
    const later = group.moves[index + lookAhead];
    if (later !== undefined) getReady(later);
    await stage.pace();
    group.doing = JSON.stringify(move);
    await perform(move, index);
    troubles.after(group, index);
    stage.background.check();
  }
  group.doing = 'all is said';
  for (const person of group.here) exit(person);

  function getReady(move: Move): void {
    if (move.kind !== 'change') return;
    for (const person of move.joins) stage.background.run(() => stage.person(person).enter(group));
  }

  async function perform(move: Move, index: number): Promise<void> {
    switch (move.kind) {
      case 'say':
        return say(move.person, move.from, move.to);
      case 'change':
        return change(move.joins, move.leaves, index);
      case 'rename':
        // Logs tell of the new nicks of people who never say or join anything: they are not in the cast.
        if (stage.takesPart(move.person)) stage.background.run(() => rename(move.person, move.name));
    }
  }

  async function say(id: string, from: number, to: number): Promise<void> {
    const person = stage.person(id);
    const device = person.device(random);
    const said = await device.say(group, from, to);
    for (const [index, { sequence, repeated }] of said.entries()) {
      if (repeated) stage.figures.repeated++;
      if (sequence !== from + index)
        stage.tally.fault('outOfOrder', 1, () => `line ${from + index} of ${group.title} became message ${sequence}`);
    }
    person.spoke(group, to);
    group.accepted = to;
    stage.figures.accepted += said.length;
  }

  async function change(joins: readonly string[], leaves: readonly string[], index: number): Promise<void> {
    await Promise.all(joins.map((id) => stage.person(id).enter(group)));
    const added = joins.filter(() => random.chance(0.5));
    const invited = joins.filter((id) => !added.includes(id));
    const removed = leaves.filter(() => random.chance(0.3));
    const userIds = added.map((id) => stage.person(id).userId);
    await Promise.all([
      added.length > 0 && keeper.request(({ api }) => api.members.add(conversationId, userIds)),
      ...invited.map((id) => stage.person(id).request(({ api }) => api.invites.join(code))),
      ...leaves.map(async (id) => {
        const person = stage.person(id);
        await person.readKnown(group);
        if (!removed.includes(id)) await person.request(({ api }) => api.conversations.leave(conversationId));
        else await keeper.request(({ api }) => api.members.remove(conversationId, person.userId));
      }),
    ]);
    for (const id of joins) {
      group.here.add(id);
      stage.person(id).joined(group);
      troubles.joined(group, index, stage.person(id));
    }
    for (const id of leaves) {
      group.here.delete(id);
      exit(id);
    }
    stage.figures.joins += joins.length;
    stage.figures.leaves += leaves.length;
  }

  async function rename(id: string, name: string): Promise<void> {
    const person = stage.person(id);
    await person.ready();
    await person.request(({ api }) => api.me.changeProfile({ displayName: name }));
    stage.figures.renames++;
  }

  function exit(id: string): void {
    stage.background.run(() => stage.person(id).exit(group));
  }
}
