/**
 * Loaded into the Action's process before the bundle: writes down, as lines of JSON in the file `$WITNESS`, which parts of the bundle
 * are loaded, whom it connects to (with the CPU time until then) and which programs it starts. A connection that would leave the
 * machine is written down and refused.
 */
import childProcess from 'node:child_process';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

export type Sighting =
  | { readonly kind: 'load'; readonly url: string }
  | { readonly kind: 'connect'; readonly to: string; readonly cpuMs: number }
  | { readonly kind: 'look-up'; readonly host: string }
  | { readonly kind: 'spawn'; readonly args: readonly string[] };

const file = process.env['WITNESS'] ?? '';
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\]|)$/u;
delete process.env['WITNESS'];

function see(sighting: Sighting): void {
  appendFileSync(file, `${JSON.stringify(sighting)}\n`);
}

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) see({ kind: 'load', url });
    return nextLoad(url, context);
  },
});

function targetOf(parameters: readonly unknown[]): { readonly host: string; readonly port: string } | undefined {
  const [first, second] = parameters;
  if (Array.isArray(first)) return targetOf(first);
  if (typeof first === 'number') return { host: typeof second === 'string' ? second : '', port: String(first) };
  if (typeof first !== 'object' || first === null || ('path' in first && typeof first.path === 'string')) return undefined;
  return { host: 'host' in first && typeof first.host === 'string' ? first.host : '', port: 'port' in first ? String(first.port) : '' };
}

const socket: { connect: (...parameters: unknown[]) => unknown } = Socket.prototype as never;
const { connect } = socket;
socket.connect = function witnessed(this: Socket, ...parameters: unknown[]): unknown {
  const target = targetOf(parameters);
  if (target !== undefined) {
    const { user, system } = process.cpuUsage();
    see({ kind: 'connect', to: `${target.host}:${target.port}`, cpuMs: Math.round((user + system) / 1000) });
    if (!loopback.test(target.host)) throw new Error(`there is no network here: ${target.host}`);
  }
  return Reflect.apply(connect, this, parameters);
};

for (const resolver of [dns, dns.promises] as const) {
  const lookup = resolver.lookup as (...parameters: unknown[]) => unknown;
  Object.assign(resolver, {
    lookup(host: string, ...others: unknown[]): unknown {
      if (!loopback.test(host)) see({ kind: 'look-up', host });
      return Reflect.apply(lookup, resolver, [loopback.test(host) ? host : 'there-is-no-network.invalid', ...others]);
    },
  });
}

interface Spawnable {
  spawn: (options: { readonly file: string; readonly args: readonly string[] }) => unknown;
}
const starter = childProcess.ChildProcess.prototype as unknown as Spawnable;
const { spawn } = starter;
starter.spawn = function witnessed(this: Spawnable, options): unknown {
  see({ kind: 'spawn', args: [options.file, ...options.args.slice(1)] });
  return Reflect.apply(spawn, this, [options]);
};
const { spawnSync, execFileSync, execSync } = childProcess;
Object.assign(childProcess, {
  spawnSync(command: string, args: unknown, ...others: unknown[]): unknown {
    see({ kind: 'spawn', args: [command, ...(Array.isArray(args) ? args.map(String) : [])] });
    return Reflect.apply(spawnSync, childProcess, [command, args, ...others]);
  },
  execFileSync(command: string, args: unknown, ...others: unknown[]): unknown {
    see({ kind: 'spawn', args: [command, ...(Array.isArray(args) ? args.map(String) : [])] });
    return Reflect.apply(execFileSync, childProcess, [command, args, ...others]);
  },
  execSync(command: string, ...others: unknown[]): unknown {
    see({ kind: 'spawn', args: ['sh', '-c', command] });
    return Reflect.apply(execSync, childProcess, [command, ...others]);
  },
});
syncBuiltinESMExports();
