/**
 * Loaded before every test file: nothing leaves this machine. Look-ups that libraries make by themselves are turned off,
 * and a connection to anything but loopback fails the test that opened it.
 */
import { Socket } from 'node:net';
import { afterEach } from 'vitest';

Object.assign(process.env, {
  AWS_EC2_METADATA_DISABLED: 'true',
  DVC_NO_ANALYTICS: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
});

/** Loopback, and the names that are reserved for hosts that never exist (RFC 6761). */
const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\]|::ffff:127(\.\d{1,3}){3}|([\w-]+\.)*invalid)$/u;
const strayConnections: string[] = [];
const connect = Socket.prototype.connect;

function hostOf(target: unknown): string | undefined {
  if (Array.isArray(target)) return hostOf(target[0]);
  if (typeof target !== 'object' || target === null) return undefined;
  if ('path' in target && typeof target.path === 'string') return undefined;
  return 'host' in target && typeof target.host === 'string' ? target.host : undefined;
}

Socket.prototype.connect = function guarded(this: Socket, ...parameters: unknown[]): Socket {
  const [first, second] = parameters;
  const host = typeof first === 'number' && typeof second === 'string' ? second : hostOf(first);
  if (host !== undefined && !loopback.test(host)) {
    strayConnections.push(host);
    throw new Error(`a test tried to reach ${host}; tests stay on loopback`);
  }
  return Reflect.apply(connect, this, parameters);
};

afterEach(() => {
  const hosts = strayConnections.splice(0);
  if (hosts.length > 0) throw new Error(`connections that would have left this machine: ${hosts.join(', ')}`);
});
