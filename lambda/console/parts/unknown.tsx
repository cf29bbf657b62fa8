import { isAway, isSessionEnd } from '../faults.ts';
import { Fault } from './fault.tsx';

/** Stands where something is not known yet: it is asked for, or was refused. A banner says it when all calls fail. */
export function Unknown({ asked, fault }: { readonly asked: string; readonly fault: unknown }) {
  if (fault === undefined) return <p class="quiet">{asked}</p>;
  return isAway(fault) || isSessionEnd(fault) ? <p class="quiet">Not known yet.</p> : <Fault fault={fault} />;
}
