import { spawn } from 'node:child_process';

/** Tries to show an https address in the user's browser. Fails silently: the address was printed as well. */
export function openBrowser(address: string, env: Readonly<Record<string, string | undefined>>): void {
  if (!address.startsWith('https://')) return;
  const [program, ...parameters] = browserCommand(address);
  if (program === undefined) return;
  const child = spawn(program, parameters, { stdio: 'ignore', detached: true, env: { ...env } });
  child.on('error', () => undefined);
  child.unref();
}

function browserCommand(address: string): readonly string[] {
  if (process.platform === 'darwin') return ['/usr/bin/open', address];
  // cmd would read what stands between ampersands
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address];
  return ['/usr/bin/xdg-open', address];
}
