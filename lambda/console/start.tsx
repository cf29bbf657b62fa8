import { render } from 'preact';
import { App } from './app.tsx';
import { apiUrlOf } from './place.ts';
import type { OpenSignIn } from './session/issuer.ts';

/** Shows the page. @param openSignIn - how people sign in; undefined where the page has no code for it */
export function start(openSignIn: OpenSignIn | undefined): void {
  const app = document.querySelector('#app');
  if (app !== null) render(<App url={apiUrlOf(location)} openSignIn={openSignIn} />, app);
}
