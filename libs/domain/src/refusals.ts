/**
 * Why a decision said no. A closed union: the edge maps every code to its own table of errors, and a new one does not
 * compile until it is mapped. Codes are part of the public interface and never change their meaning.
 */
export type Refusal = PlainRefusal | SizeRefusal | CountRefusal | PeopleRefusal;

export type RefusalCode = Refusal['code'];

export interface PlainRefusal {
  readonly code:
    /** Or the acting person is no member: what one may not see is indistinguishable from what does not exist. */
    | 'conversation_not_found'
    /** Something else has this id already. */
    | 'conversation_exists'
    /** A member whose role does not allow it. */
    | 'forbidden'
    /** A direct conversation has two people, no title, no roles, no invites. */
    | 'direct_conversation_fixed'
    /** Ownership must be transferred before leaving the others. */
    | 'last_owner'
    /** Unknown, expired, used up or revoked: one code, so codes cannot be probed. */
    | 'invite_invalid'
    /** Or outside of one's membership windows. */
    | 'message_not_found'
    | 'message_deleted'
    /** Blocked, without saying so. */
    | 'message_refused'
    | 'reply_target_missing'
    /** Only the sender edits. */
    | 'not_your_message'
    /** Only text is edited, and only into text. */
    | 'not_editable'
    /** A conversation with, or a block of, oneself. */
    | 'self_not_allowed'
    | 'user_not_found'
    | 'username_taken';
  readonly details?: undefined;
}

/** Lengths in UTF-8 bytes. */
export interface SizeRefusal {
  /** `invalid_text`: empty where something must be, or too long where there is no code of its own. */
  readonly code: 'content_too_large' | 'title_too_long' | 'description_too_long' | 'invalid_text';
  readonly details: {
    readonly field: TextField;
    readonly minBytes: 0 | 1;
    readonly maxBytes: number;
    readonly actualBytes: number;
  };
}

export type TextField =
  | 'text'
  | 'ciphertext'
  | 'scheme'
  | 'clientMessageId'
  | 'emoji'
  | 'title'
  | 'description'
  | 'username'
  | 'displayName'
  | 'about'
  | 'deviceName';

export interface CountRefusal {
  readonly code:
    /** In the conversation, or in one command. */
    | 'member_limit'
    | 'mention_limit'
    | 'pin_limit'
    | 'reaction_limit'
    | 'invite_limit'
    | 'device_limit'
    | 'block_limit'
    /** `limit` is the last message's sequence. */
    | 'watermark_past_end';
  /** `actual`: what it would have been. */
  readonly details: { readonly limit: number; readonly actual: number };
}

/** These people are not members. */
export interface PeopleRefusal {
  readonly code: 'not_a_member' | 'mention_not_member';
  readonly details: { readonly userIds: readonly string[] };
}
