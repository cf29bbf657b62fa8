import { render } from 'preact';
import type { SignInGate } from './app.tsx';
import { App } from './app.tsx';
import { apiUrlOf } from './place.ts';

/** Shows the page. @param gate - where people sign in; undefined where the page has no code for it */
export function start(gate: SignInGate | undefined): void {
  const app = document.querySelector('#app');
  if (app !== null) render(<App url={apiUrlOf(location)} gate={gate} />, app);
}
