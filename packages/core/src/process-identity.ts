import { hash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from any other that ever ran: also from one that has the same pid later, in a container, or on another machine. */
export interface ProcessIdentity {
  /** Where the pid counts: machine, boot and pid namespace, as 8 hex digits. */
  readonly space: string;
  readonly pid: number;
  /** When it began, in the kernel's ticks; `0` where that cannot be known. */
  readonly start: string;
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownProcess(): ProcessIdentity {
  own ??= { space: pidSpace(), pid: process.pid, start: startOf(process.pid) ?? '0' };
  return own;
}

/** Whether a process still runs; `undefined` when that cannot be told, because it belongs to another machine or container. */
export function isRunning(other: ProcessIdentity): boolean | undefined {
  const self = ownProcess();
  if (other.space !== self.space) return undefined;
  if (other.pid === self.pid) return other.start === self.start;
  if (!pidExists(other.pid)) return false;
  const start = startOf(other.pid);
  return start === undefined || other.start === '0' || start === other.start;
}

/** Whether there is a process with this pid here, ours or anybody's. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function pidSpace(): string {
  const parts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return hash('md5', parts.join('\n'), 'hex').slice(0, 8);
}

/** Field 22 of `/proc/<pid>/stat` (proc_pid_stat(5)); the name in field 2 may hold anything, so count behind its last parenthesis. */
function startOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // no procfs on this system
    return undefined;
  }
}
