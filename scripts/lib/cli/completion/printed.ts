/** What a library prints by `console.log`, which leaves no other way to its text. */
export function printedBy(act: () => void): readonly string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => {
    lines.push(line);
  };
  try {
    act();
  } finally {
    console.log = log;
  }
  return lines;
}
