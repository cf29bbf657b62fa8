/** The page of deployments where nobody signs in on it. */
import { start } from './start.tsx';

start(undefined);
