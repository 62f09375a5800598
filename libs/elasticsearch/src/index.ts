export { ElasticsearchSearch, type ElasticsearchOptions } from './elasticsearch-search.js';
export type { ElasticsearchGenerations } from './generations/elasticsearch-generations.js';
export { GenerationReplaced } from './generations/generations.js';
export type { JudgeSources } from './search/judge.js';
export type { ElasticsearchSearchReader } from './search/search-reader.js';
