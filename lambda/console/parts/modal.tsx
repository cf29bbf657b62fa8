import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A dialog over the page. The browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Modal(props: {
  readonly title: string;
  readonly class?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // Not by `autofocus`: browsers report one that comes while something else has the focus.
    current?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      current?.close();
    };
  }, []);
  return (
    <dialog ref={dialog} class={props.class ?? ''} aria-labelledby={id} onClose={props.onClose}>
      <div class="card-head">
        <h2 id={id}>{props.title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={props.onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
