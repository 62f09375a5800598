export { ElasticsearchSearch, type ElasticsearchOptions } from './elasticsearch-search.js';
export type { SearchBuild } from './generations/build.js';
export { GenerationReplaced } from './generations/generations.js';
export type { JudgeSources } from './search/judge.js';
export type { ElasticsearchSearchReader } from './search/search-reader.js';
