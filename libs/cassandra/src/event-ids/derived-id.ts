/** UUID version 8 (RFC 9562): a function of what the event is about, so that the same command names it again. */
export const isDerivedId = (eventId: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-/i.test(eventId);
