import type { StageSummary } from './stages.js';

/** One line of the picture: what was measured, and how long each stage took on average. */
export interface PictureLine {
  readonly title: string;
  readonly summary: StageSummary;
}

/** One a stage; neighbours are told apart. */
const palette = '#4269d0 #97bbf5 #efb118 #ffd166 #ff725c #a463f2 #3ca951 #7bc77e #6cc5b0 #9c6b4e #9498a0'.split(' ');
const width = 900;
const left = 12;
const barHeight = 36;
const lineHeight = barHeight + 44;
const legendRow = 20;

/** Bars as long as the mean way from socket to socket, cut by stage, all on one scale; as SVG. */
export function stagesSvg(lines: readonly PictureLine[]): string {
  const longest = Math.max(...lines.map(({ summary }) => summary.total.mean), 0.001);
  const scale = (width - 2 * left) / longest;
  const bars = lines.map((line, index) => bar(line, index * lineHeight + 8, scale));
  const names = lines[0]?.summary.stages.map(({ name }) => name) ?? [];
  const legendTop = lines.length * lineHeight + 12;
  const legend = names.map((name, n) => legendEntry(name, n, legendTop));
  const height = legendTop + Math.ceil(names.length / 3) * legendRow + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...bars,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function bar({ title, summary }: PictureLine, top: number, scale: number): string {
  let x = left;
  const parts = summary.stages.map(({ name, mean }, n) => {
    const long = Math.max(0, mean) * scale;
    const at = x;
    x += long;
    const label =
      long < 34
        ? ''
        : `<text x="${round(at + long / 2)}" y="${top + 43}" text-anchor="middle" fill="#111">${mean.toFixed(1)}</text>`;
    return (
      `<rect x="${round(at)}" y="${top + 20}" width="${round(long)}" height="${barHeight}" fill="${palette[n] ?? '#ccc'}">` +
      `<title>${escaped(name)}: ${mean.toFixed(2)} ms</title></rect>${label}`
    );
  });
  const head = `<text x="${left}" y="${top + 13}" fill="#111">${escaped(title)}: ${summary.total.mean.toFixed(1)} ms on average</text>`;
  return [head, ...parts].join('\n');
}

function legendEntry(name: string, n: number, top: number): string {
  const x = left + (n % 3) * ((width - 2 * left) / 3);
  const y = top + Math.floor(n / 3) * legendRow;
  return (
    `<rect x="${round(x)}" y="${y}" width="12" height="12" fill="${palette[n] ?? '#ccc'}"/>` +
    `<text x="${round(x + 18)}" y="${y + 11}" fill="#111">${escaped(name)}</text>`
  );
}

const round = (value: number): string => value.toFixed(1);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
