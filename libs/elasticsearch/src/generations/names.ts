/** Raised whenever documents are laid out so that readers of the layout before could not search them. */
export const layoutVersion = 1;

/** The parts of an index's name. */
export interface IndexName {
  readonly layout: number;
  /** Of the projection that fills it. */
  readonly version: number;
  readonly number: number;
}

/** How everything in the engine is called; `prefix` parts installations that share one. */
export class Names {
  /** What readers and projectors go by: the index that serves. */
  readonly alias: string;
  /** Marks an index that is being built and that no consumer writes to yet. */
  readonly next: string;
  /** Marks one that consumers write to as well: it is about to serve, or served until now. */
  readonly beside: string;
  /** Marks the one that serves while nobody may write to it. */
  readonly held: string;
  /** All generations there are. */
  readonly pattern: string;
  readonly template: string;
  readonly templatePattern: string;
  readonly progress: string;

  constructor(prefix: string) {
    this.alias = `${prefix}-messages`;
    this.next = `${prefix}-messages-next`;
    this.beside = `${prefix}-messages-beside`;
    this.held = `${prefix}-messages-held`;
    this.pattern = `${prefix}-messages-v*`;
    this.template = `${prefix}-messages-v${layoutVersion}`;
    this.templatePattern = `${prefix}-messages-v${layoutVersion}.*`;
    this.progress = `${prefix}-search-progress-v1`;
  }

  /** `parley-messages-v<layout>.<projection>-g<generation>` */
  index(version: number, number: number): string {
    return `${this.alias}-v${layoutVersion}.${version}-g${number}`;
  }

  /** null: not one of ours. */
  parse(index: string): IndexName | null {
    if (!index.startsWith(this.alias)) return null;
    const [, layout, version, number] = /^-v(\d+)\.(\d+)-g(\d+)$/.exec(index.slice(this.alias.length)) ?? [];
    if (layout === undefined) return null;
    return { layout: Number(layout), version: Number(version), number: Number(number) };
  }
}

/**
 * Each index is written through an alias of its own, and only through it: a write to an index that somebody deleted
 * fails then, instead of making an empty one in its place.
 */
export const writeAlias = (index: string): string => `write-${index}`;
