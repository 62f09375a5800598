import { expect, it } from 'vitest';
import { changeJson, conversationsRewritten } from './change-json.js';

const message = (conversationId: string, more: object = {}): { readonly json: string } => ({
  json: changeJson('message', 9, JSON.stringify({ conversationId, sequence: 1, ...more })),
});

it('says of whose messages a page tells that they were edited or deleted', () => {
  const page = [
    message('cnv_plain', { content: { type: 'text.v1', text: '"editedAt":"today","deletedAt":' } }),
    message('cnv_edited', { editedAt: 'today' }),
    message('cnv_deleted', { deletedAt: 'today', deletedBy: 'usr_a' }),
    message('cnv_deleted', { deletedAt: 'today', deletedBy: 'usr_a' }),
    {
      json: changeJson('joined', 9, JSON.stringify({ lastMessage: { conversationId: 'cnv_new', editedAt: 'today' } })),
    },
  ];
  expect([...conversationsRewritten(page)]).toEqual(['cnv_edited', 'cnv_deleted']);
});
