const hues = [8, 32, 80, 150, 190, 220, 265, 320];

/** Initials on a colour that is always the same for the same id. Decoration: names stand beside it. */
export function Avatar({ id, name, presence }: { id: string; name: string; presence?: string | undefined }) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => /^./u.exec(word)?.[0] ?? '')
    .join('')
    .toUpperCase();
  return (
    <span class={`avatar hue-${hues[sum % hues.length] ?? 8}`} aria-hidden="true">
      {initials}
      {presence !== undefined && presence !== 'offline' && <span class={`dot ${presence}`} />}
    </span>
  );
}
