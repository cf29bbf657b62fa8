import type { InputHTMLAttributes } from 'preact';

/** A line of text with its label; nothing that a phone would correct. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly input?: InputHTMLAttributes;
}) {
  const { label, value, onText, input } = props;
  return (
    <label class="wide">
      <span>{label}</span>
      <input
        type="text"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        {...input}
        value={value}
        onInput={({ currentTarget }) => {
          onText(currentTarget.value);
        }}
      />
    </label>
  );
}

/** Some lines of text with their label. */
export function TextArea(props: {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly isRequired?: boolean;
  /** Whether the focus begins here. */
  readonly isFirst?: boolean;
  readonly maxLength?: number;
  readonly onText: (text: string) => void;
}) {
  const { label, value, rows, isRequired = false, isFirst = false, maxLength, onText } = props;
  return (
    <label class="wide">
      <span>{label}</span>
      <textarea
        rows={rows}
        required={isRequired}
        data-first={isFirst ? '' : undefined}
        maxLength={maxLength}
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => {
          onText(currentTarget.value);
        }}
      />
    </label>
  );
}
