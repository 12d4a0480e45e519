import { hash } from 'node:crypto';

/** The text of a `.dvc` file for outputs: path → MD5. */
export function dvcFile(outs: Readonly<Record<string, string>>): string {
  const entries = Object.entries(outs).map(([path, md5]) => `- md5: ${md5}\n  hash: md5\n  path: ${path}\n`);
  return `outs:\n${entries.join('')}`;
}

export function md5(content: string): string {
  return hash('md5', content);
}
