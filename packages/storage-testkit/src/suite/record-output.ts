const consoleMethods = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** What is printed while an action runs, by `console` or straight to standard output and standard error. Nothing of it comes out. */
export async function recordOutput(action: () => Promise<void>): Promise<readonly string[]> {
  const printed: string[] = [];
  const record = (...words: readonly unknown[]): boolean => printed.push(words.map(String).join(' ')) > 0;
  const undo = [
    replaced(process.stdout, 'write', record),
    replaced(process.stderr, 'write', record),
    ...consoleMethods.map((method) => replaced(console, method, record)),
  ];
  try {
    await action();
  } finally {
    for (const restore of undo) restore();
  }
  return printed;
}

function replaced(owner: object, name: string, by: (...words: readonly unknown[]) => unknown): () => void {
  const before: unknown = Reflect.get(owner, name);
  Reflect.set(owner, name, by);
  return () => Reflect.set(owner, name, before);
}
