/** Values by key, of which only the newest are kept. Every call has a constant cost. */
export class Recent<Value> {
  private newer = new Map<string, Value>();
  private older = new Map<string, Value>();

  /** @param kept - how many of the keys that were set last are kept at least; at most, it is twice as many */
  constructor(private readonly kept: number) {}

  /** The last value of a key, if the key is still kept. */
  get(key: string): Value | undefined {
    return this.newer.get(key) ?? this.older.get(key);
  }

  /** Forgets a key. */
  delete(key: string): void {
    this.newer.delete(key);
    this.older.delete(key);
  }

  /** Sets the value of a key. */
  set(key: string, value: Value): void {
    if (this.newer.size >= this.kept) {
      this.older = this.newer;
      this.newer = new Map();
    }
    this.newer.set(key, value);
  }
}
