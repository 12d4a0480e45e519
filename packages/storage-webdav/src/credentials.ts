/** What a remote's options give to identify oneself with. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  /** A program that prints a token; run without a shell. */
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly timeoutMs: number }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };
