import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** One line for each file, folder and link below a folder, with mode, content and target: the same text means that nothing was touched. */
export function treePrint(root: string, ignore: (path: string) => boolean = () => false): string {
  const lines: string[] = [];
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(root, relative)).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`;
      if (ignore(path)) continue;
      const file = join(root, path);
      const stat = lstatSync(file);
      const mode = stat.mode.toString(8);
      if (stat.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(file)}`);
      else if (stat.isDirectory()) lines.push(`${path}/ ${mode}`);
      else lines.push(`${path} ${mode} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
      if (stat.isDirectory()) walk(path);
    }
  };
  walk('');
  return lines.join('\n');
}
