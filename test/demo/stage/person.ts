import { type ParleyClient, ParleyClientError } from '@parley/client';
import type { Random } from '../logs/random.js';
import { Device, type DeviceContext } from './device.js';
import type { Group } from './group.js';
import { insist } from './insist.js';

const password = 'correct horse battery staple';

export type PersonContext = Omit<DeviceContext, 'onRead'>;

/** A user of the demo, with all their devices. */
export class Person {
  readonly devices: readonly Device[];
  /** Known once they are registered. */
  userId = '';
  #ready: Promise<void> | null = null;
  /** Active groups they are in. */
  readonly #inGroups = new Set<Group>();
  /** By group: up to where they said they have read, and up to where the server knows it. */
  readonly #reads = new Map<Group, { said: number; known: number; waiting: (() => void)[] }>();
  /** By group: what had been said when they joined it last. */
  readonly #joinedAt = new Map<Group, number>();

  constructor(
    readonly id: string,
    readonly username: string,
    readonly displayName: string,
    deviceCount: number,
    private readonly context: PersonContext,
  ) {
    const deviceContext: DeviceContext = { ...context, onRead: (id, read) => this.#serverKnows(id, read) };
    this.devices = Array.from({ length: deviceCount }, () => new Device(deviceContext));
  }

  /** Registered, every device logged in, connected and in step. Does it once, however often it is asked. */
  ready(): Promise<void> {
    this.#ready ??= this.#register();
    return this.#ready;
  }

  /** Awake from here on, until they are in no active group any more. */
  async enter(group: Group): Promise<void> {
    this.#inGroups.add(group);
    await this.ready();
    if (this.devices.every((device) => !device.awake)) await Promise.all(this.devices.map((device) => device.wake()));
  }

  /** Puts their devices to sleep with their last active group. */
  async exit(group: Group): Promise<void> {
    this.#inGroups.delete(group);
    if (this.#inGroups.size > 0) return;
    await this.#readsKnown();
    if (this.#inGroups.size === 0) await Promise.all(this.devices.map((device) => device.sleep()));
  }

  get active(): boolean {
    return this.#inGroups.size > 0;
  }

  /** A device to speak with: one that is awake, if there is one. */
  device(random: Random): Device {
    const awake = this.devices.filter((device) => device.awake);
    return random.pick(awake.length > 0 ? awake : this.devices);
  }

  /** Writes of this person that have no device of their own: retried until they are answered. */
  async request<T>(work: (client: ParleyClient) => Promise<T>): Promise<T> {
    const [device] = this.devices;
    if (device === undefined) throw new Error('a person without a device');
    return insist(() => device.apart(work));
  }

  /** Up to where they have read: what they said, and their own lines. */
  readUpTo(group: Group): number {
    return this.#reads.get(group)?.said ?? 0;
  }

  /** Speaking is reading. */
  spoke(group: Group, sequence: number): void {
    const read = this.#readsOf(group);
    read.said = Math.max(read.said, sequence);
    this.#raise(read, sequence);
  }

  /** They are a member from here on. */
  joined(group: Group): void {
    this.#joinedAt.set(group, group.accepted);
  }

  /**
   * Says on this device that they have read all it has shown. False: there is nothing new. A device that has shown
   * nothing since they are back may not know yet that they had left: what it says would end with that membership.
   */
  markRead(group: Group, device: Device): boolean {
    const upTo = device.recordOf(group).last;
    const read = this.#readsOf(group);
    if (upTo <= Math.max(read.said, this.#joinedAt.get(group) ?? 0)) return false;
    read.said = upTo;
    device.client.markRead(group.conversationId, upTo);
    read.waiting.push(device.hold());
    return true;
  }

  /** The server knows how far they have read in the group. */
  readKnown(group: Group): Promise<void> {
    const read = this.#readsOf(group);
    return read.known >= read.said ? Promise.resolve() : new Promise((resolve) => read.waiting.push(resolve));
  }

  async #readsKnown(): Promise<void> {
    await Promise.all([...this.#reads.keys()].map((group) => this.readKnown(group)));
  }

  #serverKnows(conversationId: string, upTo: number): void {
    const group = this.context.groupOf(conversationId);
    if (group !== undefined) this.#raise(this.#readsOf(group), upTo);
  }

  #raise(read: { said: number; known: number; waiting: (() => void)[] }, upTo: number): void {
    read.known = Math.max(read.known, upTo);
    if (read.known >= read.said) for (const resume of read.waiting.splice(0)) resume();
  }

  #readsOf(group: Group): { said: number; known: number; waiting: (() => void)[] } {
    let read = this.#reads.get(group);
    if (read === undefined) {
      read = { said: 0, known: 0, waiting: [] };
      this.#reads.set(group, read);
    }
    return read;
  }

  async #register(): Promise<void> {
    const { username, displayName } = this;
    const [first, ...others] = this.devices;
    const logIn = (device: Device, index: number): Promise<void> =>
      insist(() => device.apart((client) => client.logIn({ username, password, deviceName: `device ${index + 1}` })));
    if (first === undefined) throw new Error('a person without a device');
    await insist(() =>
      first.apart((client) => client.register({ username, password, displayName, deviceName: 'device 1' })),
    ).catch((error: unknown) => {
      // The server died after it had registered them and before it could say so.
      if (!(error instanceof ParleyClientError) || error.code !== 'username_taken') throw error;
      return logIn(first, 0);
    });
    await Promise.all(others.map((device, index) => logIn(device, index + 1)));
    this.userId = await first.userId();
    await Promise.all(this.devices.map((device) => device.wake()));
  }
}
