import type { Login } from '../../../lambda/pool/access.ts';
import type { Opened } from '../../../lambda/pool/provider.ts';

/** The way in. @throws Error when the VM is not ready */
export function loginOf(opened: Opened): Login {
  if ('unready' in opened) throw new Error(`${opened.vm.id} is not ready: ${opened.unready.why}`);
  return opened.login;
}
