import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Overrides every `.gitattributes` (gitattributes(5): `info/attributes` wins): files come byte for byte as git has them, which is what hashes were made of,
 * and the repository's choice of a filter runs no program. An encoding can only be unset, not refused.
 */
const rawAttributes = '* -filter -text !eol -ident !working-tree-encoding\n';

/** Makes checkouts in a fresh repository of somebody else's files raw. To be called behind `git init`, before the first checkout. */
export function makeCheckoutsRaw(folder: string): void {
  const info = join(folder, '.git', 'info');
  mkdirSync(info, { recursive: true });
  writeFileSync(join(info, 'attributes'), rawAttributes);
}
