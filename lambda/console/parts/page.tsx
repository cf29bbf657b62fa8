import type { ComponentChildren } from 'preact';

/** The frame of the page: whose it is, what stands beside that, and where to read more. */
export function Page(props: {
  readonly url: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { url, aside, children } = props;
  return (
    <>
      <header>
        <p class="brand">
          <svg viewBox="0 0 16 16" width="22" height="22" aria-hidden="true">
            <path class="on" d="M1 1h6v6H1zM9 9h6v6H9z" />
            <path class="off" d="M9 1h6v6H9zM1 9h6v6H1z" />
          </svg>
          <span>vm-pool</span>
        </p>
        {aside}
      </header>
      <main>
        <h1 class="unseen">vm-pool: borrow a virtual machine</h1>
        {children}
      </main>
      <footer>
        <span>{url}</span>
        <a href={`${url}/openapi.json`}>API contract</a>
      </footer>
    </>
  );
}
