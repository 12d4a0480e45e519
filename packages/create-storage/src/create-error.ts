/** What the user can put right; the message says how. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}
