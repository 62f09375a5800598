export * from './conversation-views.js';
export * from './message-body.js';
export * from './page-ranges.js';
export { emptyReceiptsJson, type MemberMarks, readOf, receiptsJson } from './receipts-json.js';
