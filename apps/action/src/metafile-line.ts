/**
 * The line (from 1) of a `.dvc` file or a `dvc.lock` that pins an output: where its hash stands. `undefined` when it is not there, as when the hash
 * was merged from several files. Works on the text, so that it finds lines as the user sees them.
 */
export function lineOfPin(text: string, { hash, path }: { readonly hash: string; readonly path: string }): number | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const lines = text.split('\n');
  let isInOuts = false;
  let first: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (/^\s*outs\s*:/u.test(line)) isInOuts = true;
    else if (/^\s*(?:deps|params|cmd)\s*:|^\w/u.test(line)) isInOuts = false;
    if (!isInOuts || !new RegExp(`\\bmd5\\s*:\\s*['"]?${hash.replace('.', '\\.')}(?![0-9a-f.])`, 'u').test(line)) continue;
    first ??= index + 1;
    // Several outputs may have the same content: the path stands a few lines away.
    if (lines.slice(Math.max(0, index - 5), index + 6).some((near) => near.includes(name))) return index + 1;
  }
  return first;
}
