import type { Client, estypes } from '@elastic/elasticsearch';
import { type GenerationPlan, StoreReplaced } from '@parley/ports';
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
  /** Being built: no consumer writes to it. */
  readonly next: boolean;
  /** Consumers write to it as well. */
  readonly beside: boolean;
  /** Nobody writes to it, though it serves. */
  readonly held: boolean;
}

/** Other indices than those that were opened are to be written to: open the store again. */
export class GenerationReplaced extends StoreReplaced {
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

  /** What is known is to be looked at again before it is used. */
  forget(): void {
    if (this.#known !== null) this.#known = { ...this.#known, at: -Infinity };
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

  /** As of now; null: there is none yet. */
  async plan(): Promise<GenerationPlan | null> {
    return planOf(await this.list());
  }

  /** As of at most a second ago. */
  async knownPlan(): Promise<GenerationPlan | null> {
    return planOf(await this.known());
  }

  /** As of now; where nothing serves, an empty one of this version serves from now on. */
  async planOrFirst(version: number): Promise<GenerationPlan> {
    await this.prepare();
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const all = await this.list();
      const plan = planOf(all);
      if (plan !== null) return plan;
      const index = this.names.index(version, numberAfter(all));
      await this.#create(index, { aliases: { [writeAlias(index)]: {}, [this.names.alias]: {} } });
    }
    throw new Error('the index of messages is made and dropped by somebody else all the time');
  }

  /** In one step, but what was before is only looked at: one builder at a time is its caller's business. */
  async change(from: GenerationPlan, to: GenerationPlan): Promise<boolean> {
    const all = await this.list();
    const plan = planOf(all);
    if (plan === null || (!isSame(plan, from) && !isSame(plan, to))) return false;
    const { alias, next, beside, held } = this.names;
    const actions: estypes.IndicesUpdateAliasesAction[] = all.flatMap(({ index, number, ...is }) => {
      const serves = number === to.serving;
      const isBeside = number === to.beside;
      return [
        ...move(index, alias, is.serving, serves),
        ...move(index, beside, is.beside, isBeside),
        ...move(index, held, is.held, serves && to.held),
        ...move(index, next, is.next, is.next && !serves && !isBeside),
      ];
    });
    if (actions.length === 0) return true;
    await asked('alias', this.client.indices.updateAliases({ actions }, { requestTimeout: changeTimeout }));
    await this.list();
    return true;
  }

  /** An empty one to be filled beside the one that serves. */
  async begin(version: number): Promise<Generation> {
    await this.prepare();
    const index = this.names.index(version, numberAfter(await this.list()));
    await this.#create(index, {
      aliases: { [writeAlias(index)]: {}, [this.names.next]: {} },
      settings: buildSettings,
    });
    const begun = (await this.list()).find((one) => one.index === index);
    if (begun === undefined) throw new Error(`${index} was dropped by somebody else`);
    return begun;
  }

  /** @throws Error when there is none of this number */
  async numbered(number: number): Promise<Generation> {
    const found = (await this.list()).find((one) => one.number === number);
    if (found === undefined) throw new Error(`generation ${number} of the index of messages is not there any more`);
    return found;
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
    await this.refresh(generation);
  }

  async refresh({ index }: Generation): Promise<void> {
    await asked('refresh', this.client.indices.refresh({ index }, { requestTimeout: longestTimeout }));
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
   * Is this still what consumers write to?
   * @throws GenerationReplaced
   */
  async confirm(generation: Generation, plan: GenerationPlan): Promise<void> {
    const all = await this.known();
    const here = all.some((one) => one.uuid === generation.uuid);
    const now = planOf(all);
    if (here && now !== null && isSame(now, plan)) return;
    throw new GenerationReplaced(`${generation.index} is not what is to be written to any more`);
  }

  /** As far as is known here. */
  isReplaced(plan: GenerationPlan): boolean {
    const now = this.#known === null ? null : planOf(this.#known.all);
    return now !== null && !isSame(now, plan);
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
    const { alias, next, beside, held } = this.names;
    const is = { serving: alias in aliases, next: next in aliases, beside: beside in aliases, held: held in aliases };
    return [{ ...name, index, uuid, ...is }];
  }
}

const servingOf = (all: readonly Generation[]): Generation | null => all.findLast((one) => one.serving) ?? null;

const numberAfter = (all: readonly Generation[]): number => (all.at(-1)?.number ?? -1) + 1;

function planOf(all: readonly Generation[]): GenerationPlan | null {
  const serving = servingOf(all);
  if (serving === null) return null;
  const beside = all.findLast((one) => one.beside && !one.serving)?.number ?? null;
  return { serving: serving.number, version: versionOf(serving), beside, held: serving.held };
}

/** An index of another layout counts as one of an older or a newer version of the projection: it cannot be written to. */
function versionOf({ layout, version }: IndexName): number {
  if (layout === layoutVersion) return version;
  return layout < layoutVersion ? 0 : Number.MAX_SAFE_INTEGER;
}

const isSame = (a: GenerationPlan, b: GenerationPlan): boolean =>
  a.serving === b.serving && a.version === b.version && a.beside === b.beside && a.held === b.held;

function move(index: string, alias: string, is: boolean, shall: boolean): estypes.IndicesUpdateAliasesAction[] {
  if (is === shall) return [];
  return [shall ? { add: { index, alias } } : { remove: { index, alias } }];
}
