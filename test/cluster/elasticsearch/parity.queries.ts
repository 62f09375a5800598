import type { ParityScene } from './parity.scene.js';

/** Questions for a scene: its own frequent and rare words, and what is hard in any. */
export function parityQueries({ words, rooms, talkers }: ParityScene): readonly string[] {
  const at = (share: number): string => words[Math.floor(words.length * share)] ?? 'word';
  const [first = 'a', second = 'b', third = 'c', fourth = 'd'] = words;
  const [room = '', other = ''] = rooms;
  const [talker = '', quiet = ''] = [talkers[0] ?? '', talkers.at(-1) ?? ''];
  return [
    ...[first, second, at(0.01), at(0.05), at(0.1), at(0.3), at(0.6), words.at(-1) ?? 'word'],
    `${first} ${second}`,
    `${first} ${second} ${third}`,
    `${at(0.01)} ${at(0.02)}`,
    `"${first} ${second}"`,
    `"${second} ${first}"`,
    `"${third} ${fourth}"`,
    `"${at(0.01)} ${first}"`,
    `${first} -${second}`,
    `${first} -"${second} ${third}"`,
    `-${first} -${second}`,
    `${at(0.05)}*`,
    `${first.slice(0, 1)}*`,
    `${first.slice(0, 2)}*`,
    `${at(0.02).slice(0, 3)}*`,
    `${at(0.02).slice(0, 4)}*`,
    `"${first} ${second.slice(0, 1)}"*`,
    `"${first} ${at(0.01).slice(0, 4)}"*`,
    `${first} -${second.slice(0, 2)}*`,
    `${first} -"${second} ${third.slice(0, 5)}"*`,
    ...['東京', '京', '東', '京都に', '東都', '北京', '한국', '서울에서', 'สวัส', 'ทดสอบ'],
    ...['🎉', '👍', '👩', '🇩🇪', '🎉 party', '"🎉 done"'],
    ...[
      'cafe',
      'CAFÉ',
      'resume',
      'straße',
      'istanbul',
      'fine',
      'aeroskobing',
      'lodz',
      'ελλαδα',
      'елка',
      'שלום',
      'محمد',
    ],
    ...["don't", 'foo_bar', 'C++', 'full', 'example.com', 'https://example.com', `${'x'.repeat(200)}`, '"ab ab ab"'],
    ...['has:link', 'has:mention', `has:mention ${first}`, 'has:link has:mention', 'edited'],
    `from:${talker}`,
    `from:${talker} ${first}`,
    `from:${quiet}`,
    `from:usr_nobody ${first}`,
    `in:${room}`,
    `in:${room} ${first} -${second}`,
    `in:${room} in:${other} ${at(0.01)}`,
    'in:cnv_none the',
    `after:2026-01-02 ${first}`,
    `before:2026-01-02 ${first}`,
    'on:2026-01-03 has:mention',
    `after:2026-01-02 before:2026-01-05 from:${talker}`,
    'after:2030-01-01',
    'seen',
    '"not seen by"',
  ];
}
