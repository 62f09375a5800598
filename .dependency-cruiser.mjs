// Which package may import which. Anything that is not listed here fails `npm run boundaries`.
// The write side decides, the read side projects, the edge serves; only the composition root knows them all.
const allowed = {
  'libs/events': [],
  'libs/domain': ['libs/events'],
  'libs/ports': ['libs/events'],
  'libs/protocol': [],
  'libs/platform': ['libs/ports', 'libs/events', 'libs/protocol'],
  'libs/embedded': ['libs/ports', 'libs/events', 'libs/platform'],
  'libs/eventstore': ['libs/ports', 'libs/events', 'libs/platform'],
  'libs/kafka': ['libs/ports', 'libs/events', 'libs/platform'],
  'libs/cassandra': ['libs/ports', 'libs/events', 'libs/protocol', 'libs/platform'],
  'libs/elasticsearch': ['libs/ports', 'libs/events', 'libs/protocol', 'libs/platform'],
  'libs/redis': ['libs/ports', 'libs/events', 'libs/platform'],
  'libs/cluster': ['libs/ports', 'libs/platform'],
  'libs/client': ['libs/protocol'],
  'libs/as-of': ['libs/events'],
  // It proves what the others do, so it shares nothing with them but what an event is.
  'libs/verifier': ['libs/events'],
  'apps/command-api': ['libs/domain', 'libs/events', 'libs/ports', 'libs/protocol', 'libs/platform'],
  'apps/projector': ['libs/events', 'libs/ports', 'libs/protocol', 'libs/platform'],
  // A client like any other: it knows of the server what the client library knows.
  'apps/web': ['libs/client'],
  'apps/gateway': ['libs/as-of', 'libs/events', 'libs/ports', 'libs/protocol', 'libs/platform'],
  'apps/parley': [
    'libs/ports',
    'libs/protocol',
    'libs/platform',
    'libs/embedded',
    'libs/eventstore',
    'libs/kafka',
    'libs/cassandra',
    'libs/elasticsearch',
    'libs/redis',
    'libs/cluster',
    'libs/client',
    'libs/verifier',
    'apps/command-api',
    'apps/projector',
    'apps/gateway',
  ],
};

const spec = '\\.spec\\.ts$';
const path = (names) => `^(${names.join('|')})/`;

const graph = Object.entries(allowed).map(([name, targets]) => ({
  name: `${name.replace('/', '-')}-imports-only-its-own`,
  comment: `${name} may import ${targets.length === 0 ? 'no other package of ours' : targets.join(', ')}.`,
  severity: 'error',
  from: { path: `^${name}/` },
  to: { path: '^(libs|apps|test)/', pathNot: path([name, ...targets]) },
}));

export default {
  forbidden: [
    ...graph,
    {
      name: 'domain-is-pure',
      comment: 'The domain runs without any package and without Node: time, ids and look-ups arrive as inputs.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: spec },
      to: { path: '^node_modules/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-node-builtins-in-pure-packages',
      comment: 'events, domain, protocol and client run in a browser as well.',
      severity: 'error',
      from: { path: '^libs/(events|domain|protocol|client)/', pathNot: spec },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'events-stand-alone',
      comment: 'Stored events outlive every library.',
      severity: 'error',
      from: { path: '^libs/events/', pathNot: spec },
      to: { path: '^node_modules/' },
    },
    {
      name: 'through-the-index',
      comment:
        'A package is entered through its index, by its name. Bounded work, folding and tracing have an index of their own: worker threads need them without Nest.',
      severity: 'error',
      from: { path: '^((?:libs|apps)/[^/]+|test)/' },
      to: {
        path: '^(libs|apps)/',
        pathNot: [
          '^$1/',
          '^(libs|apps)/[^/]+/src/index\\.ts$',
          '^libs/platform/src/(bounded|search|tracing)/index\\.ts$',
        ],
      },
    },
    {
      name: 'packages-by-name',
      comment: 'A relative path into another package escapes its package.json.',
      severity: 'error',
      from: { path: '^((?:libs|apps)/[^/]+|test)/' },
      to: { path: '^(libs|apps)/', pathNot: '^$1/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'no-cycles',
      comment: 'What depends on each other is one thing: join it or cut it.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file or an installed package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Only specs import specs.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: spec },
      to: { path: [spec, '^test/', '^node_modules/(vitest|fast-check|@nestjs/testing)/'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@parley/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
