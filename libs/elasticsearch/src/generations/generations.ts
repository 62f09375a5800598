import type { Client, estypes } from '@elastic/elasticsearch';
import { longestTimeout } from '../engine/connect.js';
import { asked, ElasticsearchFailure } from '../engine/failure.js';
import { buildSettings, type LayoutOptions, liveSettings, messageTemplate, progressTemplate } from './layout.js';
import { type IndexName, layoutVersion, type Names, writeAlias } from './names.js';

/** One index of messages. */
export interface Generation extends IndexName {
  readonly index: string;
  /** Of this very index: one of the same name that is made after it was lost has another. */
  readonly uuid: string;
  readonly serving: boolean;
  /** Built beside the one that serves. */
  readonly next: boolean;
}

/** The index that was written to no longer is the one that serves: open the store again. */
export class GenerationReplaced extends Error {
  override readonly name = 'GenerationReplaced';
}

/** Another process makes or drops one at the same moment: rarely more than once. */
const maxAttempts = 5;
/** How long what is known may be used, in milliseconds. */
const knownForMs = 1_000;
/** A search may have to wait for it. */
const listTimeout = 2_000;
/** Steps that change the cluster wait for all of its nodes. */
const changeTimeout = 30_000;

/**
 * The generations of the index: which there are, which one serves. The alias is the only place that says so, and
 * switching it is atomic; processes look at it once a second while they are asked.
 */
export class Generations {
  #known: { readonly all: readonly Generation[]; readonly at: number } | null = null;
  #asking: Promise<readonly Generation[]> | null = null;
  #prepared = false;

  constructor(
    private readonly client: Client,
    private readonly names: Names,
    private readonly layout: LayoutOptions,
  ) {}

  /** As of now. */
  list(): Promise<readonly Generation[]> {
    this.#asking ??= this.#list().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** As of at most a second ago; null: there is none yet. */
  async serving(): Promise<Generation | null> {
    return servingOf(await this.known());
  }

  /** As of at most a second ago. */
  async known(): Promise<readonly Generation[]> {
    const known = this.#known;
    if (known !== null && performance.now() - known.at < knownForMs) return known.all;
    return this.list();
  }

  forget(): void {
    this.#known = null;
  }

  /** Templates, so that every index has the mapping from its first moment, whoever makes it. Once a process. */
  async prepare(): Promise<void> {
    if (this.#prepared) return;
    const { names, layout, client } = this;
    await asked(
      'index template',
      client.indices.putIndexTemplate(
        {
          name: names.template,
          index_patterns: [names.templatePattern],
          priority: 200,
          template: messageTemplate(layout),
        },
        { requestTimeout: changeTimeout },
      ),
    );
    await asked(
      'index template',
      client.indices.putIndexTemplate(
        {
          name: names.progress,
          index_patterns: [names.progress],
          priority: 200,
          template: progressTemplate(layout),
        },
        { requestTimeout: changeTimeout },
      ),
    );
    await this.#create(names.progress, {});
    this.#prepared = true;
  }

  /**
   * The generation that a projection of this version writes to: the one that serves, if it is of this version; else the
   * newest of this version, made when missing. It serves at once only when nothing else does.
   */
  async openFor(version: number): Promise<Generation> {
    await this.prepare();
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const all = await this.list();
      const serving = servingOf(all);
      const mine = all.filter((one) => isOf(one, version) && !one.next);
      const open = mine.find((one) => one === serving) ?? mine.at(-1);
      if (open !== undefined) return open;
      const index = this.names.index(version, numberAfter(all));
      const aliases = { [writeAlias(index)]: {}, ...(serving === null ? { [this.names.alias]: {} } : {}) };
      await this.#create(index, { aliases });
    }
    throw new Error('the index of messages is made and dropped by somebody else all the time');
  }

  /** An empty one to be filled beside the one that serves. What an earlier attempt left is dropped. */
  async begin(version: number): Promise<Generation> {
    await this.prepare();
    for (const left of (await this.list()).filter((one) => one.next)) await this.drop(left);
    const index = this.names.index(version, numberAfter(await this.list()));
    await this.#create(index, {
      aliases: { [writeAlias(index)]: {}, [this.names.next]: {} },
      settings: buildSettings,
    });
    const begun = (await this.list()).find((one) => one.index === index);
    if (begun === undefined) throw new Error(`${index} was dropped by somebody else`);
    return begun;
  }

  /** A filled one gets its copies and becomes searchable; nobody is led to it yet. */
  async finish(generation: Generation): Promise<void> {
    const { index } = generation;
    await asked(
      'settings',
      this.client.indices.putSettings(
        { index, settings: liveSettings(this.layout) },
        { requestTimeout: changeTimeout },
      ),
    );
    await asked('refresh', this.client.indices.refresh({ index }, { requestTimeout: longestTimeout }));
  }

  /** From now on everybody is led to this one: one atomic step. */
  async serve(generation: Generation): Promise<void> {
    const { alias, next } = this.names;
    const all = await this.list();
    const remove = all.flatMap((one) => [
      ...(one.serving ? [{ remove: { index: one.index, alias } }] : []),
      ...(one.next ? [{ remove: { index: one.index, alias: next } }] : []),
    ]);
    const actions: estypes.IndicesUpdateAliasesAction[] = [...remove, { add: { index: generation.index, alias } }];
    await asked('alias', this.client.indices.updateAliases({ actions }, { requestTimeout: changeTimeout }));
    this.forget();
  }

  async drop(generation: Generation): Promise<void> {
    await asked(
      'drop',
      this.client.indices.delete(
        { index: generation.index, ignore_unavailable: true },
        { requestTimeout: changeTimeout },
      ),
    );
    this.forget();
  }

  /**
   * Does this one still take what the projection of its version writes?
   * @throws GenerationReplaced
   */
  async confirm(generation: Generation): Promise<void> {
    const all = await this.known();
    const serving = servingOf(all);
    const here = all.some((one) => one.uuid === generation.uuid);
    const replaced = serving !== null && isOf(serving, generation.version) && serving.uuid !== generation.uuid;
    if (!here || replaced) throw new GenerationReplaced(`${generation.index} is not written to any more`);
  }

  async #create(index: string, body: Omit<estypes.IndicesCreateRequest, 'index'>): Promise<void> {
    try {
      await asked('index', this.client.indices.create({ index, ...body }, { requestTimeout: changeTimeout }));
    } catch (error) {
      // Another process was faster.
      const made = error instanceof ElasticsearchFailure && error.type === 'resource_already_exists_exception';
      if (!made) throw error;
    }
    this.forget();
  }

  async #list(): Promise<readonly Generation[]> {
    const found = await asked(
      'indices',
      this.client.indices.get(
        {
          index: this.names.pattern,
          features: ['aliases', 'settings'],
          allow_no_indices: true,
          filter_path: ['*.aliases', '*.settings.index.uuid'],
        },
        { requestTimeout: listTimeout },
      ),
    );
    const all = Object.entries(found)
      .flatMap(([index, state]) => this.#generation(index, state))
      .sort((a, b) => a.number - b.number);
    this.#known = { all, at: performance.now() };
    return all;
  }

  #generation(index: string, { aliases = {}, settings }: estypes.IndicesIndexState): readonly Generation[] {
    const name = this.names.parse(index);
    const uuid = settings?.index?.uuid;
    if (name === null || uuid === undefined) return [];
    return [{ ...name, index, uuid, serving: this.names.alias in aliases, next: this.names.next in aliases }];
  }
}

const isOf = (generation: Generation, version: number): boolean =>
  generation.layout === layoutVersion && generation.version === version;

const servingOf = (all: readonly Generation[]): Generation | null => all.findLast((one) => one.serving) ?? null;

const numberAfter = (all: readonly Generation[]): number => (all.at(-1)?.number ?? -1) + 1;
