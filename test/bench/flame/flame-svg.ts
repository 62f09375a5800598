import type { Flame } from './flame-tree.js';

const width = 1_600;
const rowHeight = 17;
const top = 28;
/** Of all: less is not drawn. */
const leastShare = 0.001;
const letterWidth = 6.6;
const colours = ['#ff725c', '#ff8f6b', '#efb118', '#ffc24d', '#ffd166'];

/** Callers above what they call, as wide as the time in them; what a bar is stands in its tooltip. */
export function flameSvg(title: string, root: Flame): string {
  const bars: string[] = [];
  let deepest = 0;
  const draw = (flame: Flame, left: number, depth: number): void => {
    const share = flame.micros / Math.max(1, root.micros);
    if (share < leastShare) return;
    deepest = Math.max(deepest, depth);
    bars.push(bar(flame, { left, wide: share * width, depth, share }));
    let at = left;
    for (const call of flame.calls) {
      draw(call, at, depth + 1);
      at += (call.micros / Math.max(1, root.micros)) * width;
    }
  };
  draw(root, 0, 0);
  const height = top + (deepest + 1) * rowHeight + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="4" y="18" font-size="14">${escaped(`${title}: ${Math.round(root.micros / 1_000)} ms of processor time`)}</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

interface Place {
  readonly left: number;
  readonly wide: number;
  readonly depth: number;
  readonly share: number;
}

function bar({ name, micros }: Flame, { left, wide, depth, share }: Place): string {
  const [x, y] = [left.toFixed(1), top + depth * rowHeight];
  const told = escaped(`${name}: ${(micros / 1_000).toFixed(1)} ms, ${(share * 100).toFixed(1)} %`);
  const letters = Math.floor((wide - 4) / letterWidth);
  const label =
    letters < 3 ? '' : `<text x="${(left + 2).toFixed(1)}" y="${y + 12}">${escaped(name.slice(0, letters))}</text>`;
  const colour = colours[(name.length + name.charCodeAt(0)) % colours.length];
  return `<g><title>${told}</title><rect x="${x}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 1}" fill="${colour}"/>${label}</g>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => entities[letter] ?? letter);
