/**
 * Why a decision said no. A closed union: the edge maps every code to a status, and a new one does not compile until it
 * is mapped. Codes are part of the public interface and never change their meaning.
 */
export type Refusal =
  | { readonly code: PlainCode; readonly details?: undefined }
  | { readonly code: SizeCode; readonly details: SizeDetails }
  | { readonly code: CountCode; readonly details: CountDetails }
  | {
      readonly code: 'not_a_member' | 'mention_not_a_member';
      readonly details: { readonly userIds: readonly string[] };
    };

/** UTF-8 bytes. `minBytes` is 0 or 1. */
export interface SizeDetails {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly actualBytes: number;
}

/** `actual`: the number there would have been. */
export interface CountDetails {
  readonly limit: number;
  readonly actual: number;
}

export type RefusalCode = Refusal['code'];

type PlainCode = { [Code in keyof typeof plainCodes]: Code }[keyof typeof plainCodes];
type SizeCode = { [Code in keyof typeof sizeCodes]: Code }[keyof typeof sizeCodes];
type CountCode = { [Code in keyof typeof countCodes]: Code }[keyof typeof countCodes];

const plainCodes = {
  conversation_not_found: 'There is no such conversation, or you are not a member of it.',
  conversation_exists: 'Another conversation has this id already.',
  forbidden: 'You are a member, but your role does not allow this.',
  direct_conversation_fixed:
    'A direct conversation is between two people: it has no title, roles, invites or more members.',
  direct_needs_two: 'A direct conversation is between two different people.',
  last_owner: 'The owner must transfer ownership before leaving the others.',
  invite_invalid: 'The invite is unknown, expired, used up or revoked.',
  message_not_found: 'There is no such message, or it is not among those you may see.',
  message_deleted: 'The message was deleted.',
  message_refused: 'The message cannot be delivered to this person.',
  edit_not_own: 'Only the sender may edit a message.',
  edit_not_text: 'Only text can be edited, and only into text.',
  user_not_found: 'There is no such user.',
  username_taken: 'Somebody else has this username.',
  cannot_block_self: 'You cannot block yourself.',
} as const;

const sizeCodes = {
  content_too_large: 'The content of the message has too many bytes.',
  content_empty: 'The content of the message is empty.',
  client_message_id_invalid: 'clientMessageId has too few or too many bytes.',
  title_too_long: 'The title is empty or has too many bytes.',
  description_too_long: 'The description has too many bytes.',
  emoji_invalid: 'The emoji is empty or has too many bytes.',
  username_invalid: 'The username is empty or has too many bytes.',
  display_name_invalid: 'The display name is empty or has too many bytes.',
  about_too_long: 'The text about yourself has too many bytes.',
  device_name_too_long: 'The name of the device has too many bytes.',
} as const;

const countCodes = {
  member_limit: 'The conversation would have too many members.',
  too_many_at_once: 'Too many people in one request: use several.',
  mention_limit: 'The message mentions too many people.',
  pin_limit: 'Too many messages are pinned: unpin one first.',
  reaction_limit: 'The message has too many different reactions.',
  invite_limit: 'The conversation has too many open invites: revoke one first.',
  device_limit: 'You have too many devices: remove one first.',
  too_many_blocks: 'You have blocked too many people.',
  watermark_past_end: 'A watermark cannot be past the last message.',
} as const;

/** Each code with its meaning in a sentence for people: what the edge answers and the documentation lists. */
export const refusalMeanings: Readonly<Record<RefusalCode, string>> = {
  ...plainCodes,
  ...sizeCodes,
  ...countCodes,
  not_a_member: 'These people are not members of the conversation.',
  mention_not_a_member: 'Only members can be mentioned.',
};
