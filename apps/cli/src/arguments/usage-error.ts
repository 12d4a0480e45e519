/** The command line itself is wrong. Exit code 254, as with DVC. */
export class UsageError extends Error {
  readonly code = 'usage';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}
