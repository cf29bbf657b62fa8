import Queue from 'yocto-queue';

/** How many VMs that came back take turns. */
const IN_TURN = 8;

/**
 * Free VMs of one pool in the order in which they are lent, at constant cost.
 *
 * Whoever gives back a VM they dislike gets another one next: a VM that came back is the last in its turn. The few that
 * take turns stay in the caches of the CPU, so lending from a large pool costs no more than from a small one; all the
 * others are lent as soon as so many VMs are out that these are not enough.
 */
export class FreeQueue<Vm> {
  private readonly unused = new Queue<Vm>();
  private readonly returned = new Queue<Vm>();

  /** Puts in a VM that nobody has had yet. */
  add(vm: Vm): void {
    this.unused.enqueue(vm);
  }

  /** Puts in a VM that came back. */
  putBack(vm: Vm): void {
    this.returned.enqueue(vm);
  }

  /** Takes out the next one, if there is one. */
  next(): Vm | undefined {
    if (this.returned.size >= IN_TURN) return this.returned.dequeue();
    return this.unused.dequeue() ?? this.returned.dequeue();
  }
}
