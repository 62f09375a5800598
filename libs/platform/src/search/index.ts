export { fold } from './fold.js';
export { type Highlight, highlight } from './highlight.js';
export { hasLink } from './links.js';
export { maxQueryBytes, maxQueryParts, type ParsedQuery, parseQuery, QueryRefused } from './query.js';
export { relevance } from './relevance.js';
export { matchesTerms, needleOf } from './terms.js';
export { maxTokenLength, maxTokens, type Token, tokenize, tokenText } from './tokenizer.js';
