/** Reflect.getMetadata, which Nest's decorators bring along. */
const metadata = (key: unknown, target: object, property?: string): unknown =>
  (Reflect as unknown as { getMetadata(key: unknown, target: object, property?: string): unknown }).getMetadata(
    key,
    target,
    ...(property === undefined ? [] : ([property] as [string])),
  );

type Class = abstract new (...given: never[]) => object;
type Token = symbol | Class;
type Provider = Class | { readonly provide: Token; readonly useExisting: Token };

const isClass = (value: unknown): value is Class => typeof value === 'function';

/**
 * Makes the objects of Nest modules as their decorators say, without Nest: synchronous, and quick enough for thousands of
 * starts. Ports come from outside, by token; what belongs to Nest itself by the name of its class.
 */
export class Injector {
  readonly providers: readonly Class[];
  readonly controllers: readonly Class[];
  readonly #aliases = new Map<Token, Token>();
  readonly #made = new Map<Token, unknown>();

  constructor(
    modules: readonly object[],
    private readonly ports: ReadonlyMap<symbol, unknown>,
    private readonly ofNest: Readonly<Record<string, unknown>>,
  ) {
    const all = withImports(modules);
    const providers = all.flatMap((module) => (metadata('providers', module) ?? []) as Provider[]);
    this.providers = providers.filter(isClass);
    for (const provider of providers) {
      if (!isClass(provider)) this.#aliases.set(provider.provide, provider.useExisting);
    }
    this.controllers = all.flatMap((module) => (metadata('controllers', module) ?? []) as Class[]);
  }

  get(token: Token): unknown {
    if (this.#made.has(token)) return this.#made.get(token);
    const made = this.#make(token);
    this.#made.set(token, made);
    return made;
  }

  #make(token: Token): unknown {
    const alias = this.#aliases.get(token);
    if (alias !== undefined) return this.get(alias);
    if (!isClass(token)) {
      if (this.ports.has(token)) return this.ports.get(token);
      throw new Error(`nobody provides ${String(token)}`);
    }
    if (Object.hasOwn(this.ofNest, token.name)) return this.ofNest[token.name];
    const declared = (metadata('self:paramtypes', token) ?? []) as readonly { index: number; param: Token }[];
    const given: unknown[] = [];
    for (const { index, param } of declared) given[index] = this.get(param);
    return Reflect.construct(token, given);
  }
}

/** Dynamic modules are Nest's own: what they bring is given by name. */
function withImports(modules: readonly object[], into = new Set<object>()): readonly object[] {
  for (const module of modules) {
    if (!isClass(module) || into.has(module)) continue;
    into.add(module);
    withImports((metadata('imports', module) ?? []) as readonly object[], into);
  }
  return [...into];
}

export { metadata };
