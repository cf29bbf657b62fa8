/** What an object needs to stand in a {@link Line}. It stands in one line at a time. */
export interface InLine<Item> {
  line: { remove(item: Item): void } | undefined;
  ahead: Item | undefined;
  behind: Item | undefined;
}

/** A queue whose items can leave from any place. The items carry the links, so that no call allocates. */
export class Line<Item extends InLine<Item>> {
  first: Item | undefined;
  length = 0;
  private last: Item | undefined;

  /** Puts an item that stands in no line at the end. */
  append(item: Item): void {
    item.line = this;
    item.ahead = this.last;
    item.behind = undefined;
    if (this.last === undefined) this.first = item;
    else this.last.behind = item;
    this.last = item;
    this.length += 1;
  }

  /** Takes out an item that stands in this line. */
  remove(item: Item): void {
    const { ahead, behind } = item;
    if (ahead === undefined) this.first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.last = ahead;
    else behind.ahead = ahead;
    item.line = item.ahead = item.behind = undefined;
    this.length -= 1;
  }
}
