import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A part of the page with a heading, and perhaps something beside the heading. */
export function Card(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly isBusy?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={`card ${props.class ?? ''}`} aria-labelledby={id} aria-busy={props.isBusy === true}>
      <div class="card-head">
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}
