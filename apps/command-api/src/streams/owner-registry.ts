import type { StreamDefinition } from '@parley/domain';
import type { ParleyEvent } from '@parley/events';
import { shuttingDown } from './rejections.js';
import { type OwnerServices, StreamOwner } from './stream-owner.js';
import type { StreamTask } from './stream-task.js';

/** The owners of one kind of stream: made at first use, at most `capacity` kept, the least recently used go first. */
export class OwnerRegistry<State, Event extends ParleyEvent> {
  readonly #owners = new Map<string, StreamOwner<State, Event>>();
  readonly #definition: StreamDefinition<State, Event>;
  readonly #services: OwnerServices;
  readonly #capacity: number;
  #closing = false;

  /** `capacity`: states kept in memory; busy ones stay beyond it. */
  constructor(definition: StreamDefinition<State, Event>, services: OwnerServices, capacity: number) {
    this.#definition = definition;
    this.#services = services;
    this.#capacity = capacity;
  }

  /** Tasks waiting at all owners. */
  get queued(): number {
    let queued = 0;
    for (const owner of this.#owners.values()) queued += owner.queued;
    return queued;
  }

  get size(): number {
    return this.#owners.size;
  }

  /** Of the conversation or user with this id. */
  owner(id: string): StreamOwner<State, Event> {
    const present = this.#owners.get(id);
    if (present !== undefined) {
      present.used = true;
      return present;
    }
    const owner = new StreamOwner(this.#definition.streamName(id), this.#definition, this.#services);
    this.#owners.set(id, owner);
    if (this.#owners.size > this.#capacity) this.#evict();
    return owner;
  }

  /** The owner if it is in memory. */
  present(id: string): StreamOwner<State, Event> | undefined {
    return this.#owners.get(id);
  }

  /** Whatever is in memory is compared with the log before anybody goes by it again. */
  doubtAll(): void {
    for (const owner of this.#owners.values()) owner.doubt();
  }

  /** @throws CommandRejected */
  submit<Result>(id: string, task: StreamTask<State, Event> & { readonly done: Promise<Result> }): Promise<Result> {
    if (this.#closing) task.reject(shuttingDown());
    else this.owner(id).submit(task);
    return task.done;
  }

  /** Second chance: whoever was used since the last look goes to the back of the line. Looks at a few, not at all. */
  #evict(): void {
    let looks = 64;
    for (const [id, owner] of this.#owners) {
      if (this.#owners.size <= this.#capacity || --looks < 0) return;
      this.#owners.delete(id);
      if (owner.used || !owner.idle) {
        owner.used = false;
        this.#owners.set(id, owner);
      } else {
        owner.saveBeforeEviction();
      }
    }
  }

  /** Refuses what comes from now on; resolves when everything accepted before has been answered. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const owner of this.#owners.values()) {
      await owner.settled();
      owner.saveBeforeEviction();
    }
  }
}
