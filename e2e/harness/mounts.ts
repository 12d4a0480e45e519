import { mkdirSync } from 'node:fs';
import { run, type Outcome, type RunOptions } from './run.ts';

/** A mount namespace of the command's own: what is mounted in it is gone when the command ends. Root needs no user namespace for it. */
function inNamespace(script: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const flags = process.getuid?.() === 0 ? '-m' : '-rm';
  return run('unshare', [flags, 'sh', '-c', script, 'sh', ...args], options);
}

/** Runs a command while `folder` cannot be written to, not even by root. */
export function runReadOnly(folder: string, command: readonly string[], options: RunOptions): Promise<Outcome> {
  const script = 'set -e; mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; cd "$PWD"; shift; exec "$@"';
  return inNamespace(script, [folder, ...command], options);
}

/** What a command did on a small disk. */
export interface SmallDiskOutcome extends Outcome {
  /** Bytes in use before and after, as `du` counts them. */
  readonly usedBefore: number;
  readonly usedAfter: number;
  /** What differs between the folder before and after: nothing if empty. */
  readonly changes: string;
}

/** Runs a command in a copy of `options.cwd` on a file system of `size` (as tmpfs takes it: `8m`), mounted at `folder`. */
export async function runOnSmallDisk(
  { folder, size }: { readonly folder: string; readonly size: string },
  command: readonly string[],
  options: RunOptions,
): Promise<SmallDiskOutcome> {
  mkdirSync(folder, { recursive: true });
  const script = `
    set -e
    from=$PWD to=$1 size=$2; shift 2
    mount -t tmpfs -o size=$size tmpfs "$to"
    cp -a "$from" "$to/work"; cd "$to/work"
    used() { du -s -B1 "$to" | cut -f1; }
    before=$(used); code=0
    "$@" || code=$?
    echo; echo "@@ $code $before $(used)"
    diff -rq --exclude=tmp "$from" "$to/work" || true
  `;
  const { stdout, stderr } = await inNamespace(script, [folder, size, ...command], options);
  const [said = '', report = ''] = stdout.split('\n@@ ');
  const [numbers = '', ...changes] = report.split('\n');
  const [code, usedBefore, usedAfter] = numbers.split(' ').map(Number);
  if (code === undefined || usedBefore === undefined || usedAfter === undefined) throw new Error(`no small disk: ${stdout}${stderr}`);
  return { code, stdout: said, stderr, usedBefore, usedAfter, changes: changes.join('\n').trim() };
}
