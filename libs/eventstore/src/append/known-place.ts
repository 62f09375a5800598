/** Where an event with a known id stands. `position`: null while only the revision is known. */
export interface KnownPlace {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number | null;
}
