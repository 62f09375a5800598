/** Every limit of the domain. Bytes are UTF-8 bytes; the edge checks them early and the documentation lists them. */
export const limits = {
  /** Text of a message. */
  textBytes: 16_384,
  /** base64 text of a sealed message: the same 16 KiB with room for encryption and base64. */
  ciphertextBytes: 32_768,
  /** Name of the scheme of a sealed message. */
  schemeBytes: 64,
  /** 1 to this many. */
  clientMessageIdBytes: 64,
  titleBytes: 256,
  descriptionBytes: 2_048,
  mentionsPerMessage: 50,
  emojiBytes: 64,
  /** Different emojis on one message. */
  reactionsPerMessage: 20,
  pinsPerConversation: 100,
  /** That can still be used. */
  invitesPerConversation: 50,
  groupMembers: 10_000,
  channelMembers: 100_000,
  /** People a conversation starts with, the starter too. */
  membersAtStart: 5_000,
  /** People added by one command: each is an event, and one append takes 512. */
  membersPerAdd: 500,
  /** Watermarks in one event. */
  advancesPerEvent: 5_000,
  usernameBytes: 64,
  displayNameBytes: 256,
  aboutBytes: 1_024,
  deviceNameBytes: 256,
  devicesPerUser: 50,
  blocksPerUser: 10_000,
} as const;
