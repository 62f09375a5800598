import { SearchWorld } from '../../contract/search.world.js';
import { inventScripts } from '../../demo/logs/invent.js';
import { loadScripts } from '../../demo/logs/load-scripts.js';
import { Random } from '../../demo/logs/random.js';
import type { Script, Step } from '../../demo/logs/script.js';

/** Beside what the logs say: other scripts, signs, and what is hard to cut. */
const otherScripts = [
  '東京都に行きました。また来週！',
  '京都の東は山です',
  '我们明天在北京见面',
  '한국어를 배워요, 서울에서',
  'สวัสดีครับ ทดสอบ',
  'party 🎉👍🏽 👨‍👩‍👧 🇩🇪🇫🇷',
  '🎉🎉 done',
  'the CAFÉ is closed, see https://example.com/Menu?day=1',
  'cafe society, naïve résumé',
  'שָׁלוֹם עולם مُحَمَّد',
  "don't foo_bar C++ ｆｕｌｌ straße STRASSE",
  'İstanbul ısparta istanbul',
  'ﬁne ① ½ Ærøskøbing Łódź',
  'www.tea.org/cup?x=1#y',
  'ÀÉÎÕÜ àéîõü aeiou',
  'Ελλάδα ΕΛΛΆΔΑ ελλαδα ς σ',
  'Привет мир, ЁЛКА и елка',
  '',
  '!!! ??? ...',
  `${'x'.repeat(200)} long`,
  `${'ab '.repeat(300)}end`,
];

/** People who search: in everything; in two, from the middle on; who left and came back; in none any more. */
export const searchers = ['usr_all', 'usr_late', 'usr_back', 'usr_gone'] as const;

export interface ParityScene {
  readonly world: SearchWorld;
  readonly rooms: readonly string[];
  /** People who say the most, most first. */
  readonly talkers: readonly string[];
  /** Folded words by how many messages have them, most first. */
  readonly words: readonly string[];
  readonly source: string;
}

/** Real logs where `PARLEY_TEST_LOGS` names a folder of them, else invented talk; edited and deleted in here and there. */
export function parityScene(seed: number, messages: number): ParityScene {
  const folder = process.env['PARLEY_TEST_LOGS'];
  const scripts =
    folder === undefined
      ? inventScripts(seed, { groups: 12, people: 40, entriesPerGroup: Math.ceil(messages / 12) }).scripts
      : loadScripts(folder, 1, null).scripts.slice(0, 24);
  const world = new SearchWorld();
  const stage = new Stage(world, new Random(seed));
  const rooms = scripts.map((_, at) => roomOf(at));
  for (const room of rooms) world.join(room, 'usr_all');
  for (const [at, step] of interleave(scripts)) {
    if (world.messages.length >= messages) break;
    stage.play(roomOf(at), step);
    if (world.messages.length === Math.floor(messages / 2)) stage.come(rooms);
  }
  stage.leave(rooms);
  return {
    world,
    rooms,
    talkers: mostFrequent(world.messages.map((message) => message.senderId)),
    words: mostFrequent(
      world.messages.flatMap(({ text }) => [...new Set((text ?? '').toLowerCase().match(/[a-z]{2,}/g))]),
    ),
    source: folder ?? `invented with seed ${seed}`,
  };
}

const roomOf = (at: number): string => `cnv_${String(at).padStart(4, '0')}`;

/** A step of each in turn, as conversations do go on side by side. */
function* interleave(scripts: readonly Script[]): Generator<[number, Step]> {
  const longest = Math.max(...scripts.map(({ steps }) => steps.length));
  for (let at = 0; at < longest; at++) {
    for (const [room, { steps }] of scripts.entries()) {
      const step = steps[at];
      if (step !== undefined) yield [room, step];
    }
  }
}

class Stage {
  #came = false;

  constructor(
    private readonly world: SearchWorld,
    private readonly random: Random,
  ) {}

  play(room: string, step: Step): void {
    const { world, random } = this;
    switch (step.kind) {
      case 'join':
        world.join(room, `usr_${step.person}`);
        return;
      case 'leave':
        world.leave(room, `usr_${step.person}`);
        return;
      case 'rename':
        return;
      case 'say':
        break;
    }
    const mentions = step.addressedTo === undefined ? [] : [`usr_${step.addressedTo}`];
    const sequence = world.say(room, `usr_${step.person}`, step.text, mentions);
    if (random.chance(0.03)) world.say(room, `usr_${step.person}`, random.pick(otherScripts));
    if (random.chance(0.005)) world.say(room, `usr_${step.person}`, null);
    const earlier = 1 + random.below(sequence);
    if (random.chance(0.03)) world.edit(room, earlier, `${step.text} edited`, mentions);
    if (random.chance(0.02)) world.remove(room, earlier);
  }

  come(rooms: readonly string[]): void {
    if (this.#came) return;
    this.#came = true;
    for (const room of rooms) this.world.leave(room, 'usr_back');
    for (const room of rooms.slice(0, 2)) this.world.join(room, 'usr_late');
    for (const room of rooms.slice(0, 8)) this.world.join(room, 'usr_back', 'usr_gone');
  }

  leave(rooms: readonly string[]): void {
    for (const room of rooms.slice(0, 4)) this.world.leave(room, 'usr_back');
    for (const room of rooms) this.world.leave(room, 'usr_gone');
    for (const room of rooms.slice(0, 4)) {
      this.world.say(room, 'usr_all', 'the one that was not seen by who left and came back');
      this.world.join(room, 'usr_back');
      this.world.say(room, 'usr_all', 'the one that was seen again');
    }
  }
}

function mostFrequent(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
}
