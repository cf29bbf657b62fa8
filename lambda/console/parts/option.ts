/** One of the values to choose from. */
export interface Option<Value extends string | number> {
  readonly value: Value;
  readonly label: string;
}
