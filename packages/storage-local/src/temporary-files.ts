import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Temporary files lie beside the object they become, named after the process that writes them: `.datapin-SPACE-PID-START-N.tmp`, where SPACE
 * tells machine, boot and pid namespace, and START when the process began. So a later process can tell which belong to nobody any more.
 */
const namePattern = /^\.datapin-(?<space>[0-9a-f]{8})-(?<pid>\d+)-(?<start>\d+)-\d+\.tmp$/u;

/** A file of a process elsewhere counts as left behind when nobody has written to it for so long. */
const foreignAge = 24 * 60 * 60 * 1000;

let counter = 0;
let ownPrefix: string | undefined;

/** A new name for a temporary file, unique in the folder. */
export function temporaryName(): string {
  ownPrefix ??= `.datapin-${pidSpace()}-${process.pid}-${startOf(process.pid) ?? 0}-`;
  counter += 1;
  return `${ownPrefix}${counter}.tmp`;
}

/** Whether a file is on its way to become an object, by its name. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith('.datapin-') && namePattern.test(name);
}

/** Removes what killed processes left in a folder. Never fails: what cannot be removed stays. */
export function removeLeftovers(folder: string): void {
  for (const name of attempt(() => readdirSync(folder)) ?? []) {
    if (!name.startsWith('.datapin-')) continue;
    const path = join(folder, name);
    if (isLeftover(name, path)) attempt(() => unlinkSync(path));
  }
}

function isLeftover(name: string, path: string): boolean {
  const owner = namePattern.exec(name)?.groups;
  if (owner === undefined) return false;
  if (owner['space'] !== pidSpace()) {
    const written = attempt(() => statSync(path).mtimeMs);
    return written !== undefined && Date.now() - written > foreignAge;
  }
  const pid = Number(owner['pid']);
  const start = startOf(pid);
  if (start !== undefined) return start !== owner['start'];
  return pid !== process.pid && !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

let space: string | undefined;

function pidSpace(): string {
  if (space === undefined) {
    const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? '';
    const namespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
    space = createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 8);
  }
  return space;
}

/** Field 22 of `/proc/PID/stat` (proc_pid_stat(5)), behind the name in parentheses; `undefined` without procfs or without such a process. */
function startOf(pid: number): string | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
