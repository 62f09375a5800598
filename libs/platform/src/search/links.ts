const link = /\bhttps?:\/\/[^\s<>"]|\bwww\.[^\s<>".]+\.[^\s<>".]/i;

/** What `has:link` finds: an http(s) URL, or a name that begins with `www.` */
export const hasLink = (text: string): boolean =>
  (text.includes('://') || (text.includes('.') && /www\./i.test(text))) && link.test(text);
