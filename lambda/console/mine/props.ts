import type { Held, Pools } from '../api.ts';
import type { Live } from '../live/use-live.ts';
import type { Session } from '../session/session.ts';

/** The VM that the user holds, or null. */
export type Mine = Live<Held | null>;

/** What the parts of "my VM" need. */
export interface MineProps {
  readonly session: Session;
  readonly mine: Mine;
  readonly pools: Live<Pools>;
}
