import type { Option } from './option.ts';

/** A list to choose one value from, with its label. */
export function Select<Value extends string | number>(props: {
  readonly label: string;
  readonly isLabelUnseen?: boolean;
  readonly value: Value | undefined;
  readonly options: readonly Option<Value>[];
  readonly onChoose: (value: Value) => void;
}) {
  const { label, isLabelUnseen = false, value, options, onChoose } = props;
  const choose = ({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
    const chosen = options[currentTarget.selectedIndex];
    if (chosen !== undefined) onChoose(chosen.value);
  };
  return (
    <label>
      <span class={isLabelUnseen ? 'unseen' : ''}>{label}</span>
      <select value={value} onChange={choose}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
