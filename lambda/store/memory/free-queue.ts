import type { InLine } from './line.ts';
import { Line } from './line.ts';

/** VMs that came back take turns once there are this many of them. */
const IN_TURN = 8;

/**
 * The free VMs of one pool in the order in which they are lent. Every call has a constant cost.
 *
 * A user who gives back a VM gets another one next, as long as another one is free: a VM that came back is the last in
 * its line. The few VMs that take turns stay in the caches of the CPU, so lending from a large pool costs no more than
 * from a small one. All other VMs are lent when so many are out that these few are not enough.
 */
export class FreeQueue<Vm extends InLine<Vm>> {
  private readonly unused = new Line<Vm>();
  private readonly returned = new Line<Vm>();

  /** The VM to lend next. It stays in the queue until it is removed. */
  get first(): Vm | undefined {
    if (this.returned.length >= IN_TURN) return this.returned.first;
    return this.unused.first ?? this.returned.first;
  }

  /** Appends a VM that no user has had yet. */
  add(vm: Vm): void {
    this.unused.append(vm);
  }

  /** Appends a VM that came back. */
  putBack(vm: Vm): void {
    this.returned.append(vm);
  }

  /** Takes a VM out, wherever it stands. */
  remove(vm: Vm): void {
    vm.line?.remove(vm);
  }
}
