/** Rows that come by pages and are looked at one by one: waiting is for the next page only. */
export class RowsAhead<Row> {
  #page: readonly Row[] = [];
  #next = 0;
  #isAtEnd = false;

  /** @param read the page after this row; an empty one is the end */
  constructor(private readonly read: (last: Row | undefined) => Promise<readonly Row[]>) {}

  /** False: `first` is not known before `fill`. */
  get isFilled(): boolean {
    return this.#isAtEnd || this.#next < this.#page.length;
  }

  /** undefined: there is no more. */
  get first(): Row | undefined {
    return this.#page[this.#next];
  }

  async fill(): Promise<void> {
    if (this.isFilled) return;
    this.#page = await this.read(this.#page.at(-1));
    this.#next = 0;
    this.#isAtEnd = this.#page.length === 0;
  }

  /** On to the next one. */
  take(): void {
    this.#next++;
  }
}
