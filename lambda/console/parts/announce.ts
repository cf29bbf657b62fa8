/** Says something to those who listen to the page. Said rarely: it interrupts them. */
export function announce(text: string): void {
  const region = document.querySelector('#announcer');
  if (region !== null) region.textContent = text;
}
