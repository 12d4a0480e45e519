import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { mustRun } from '../harness/run.ts';
import { installedPackages, type PackageManifest } from './installed-packages.ts';
import { freePort, startServer } from './server-process.ts';

const root = join(import.meta.dirname, '..', '..');

/** An npm registry on loopback that knows nothing but what was published to it. Everything is gone when it stops. */
export interface Verdaccio extends AsyncDisposable {
  readonly url: string;
  /** Settings that make npm use this registry alone, logged in, with a cache of its own. To be merged into a sandbox's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Packs packages of the workspace (`packages/storage`, `apps/cli`), as they are built now, and publishes them with the third-party packages that they need. */
  publishWorkspace(folders: readonly string[]): Promise<void>;
  /**
   * Publishes third-party packages with everything that they need, as they are installed for a folder of the workspace: an installation from
   * this registry then needs no network.
   */
  publishInstalled(folder: string, names: readonly string[]): Promise<void>;
  /** What the server printed so far. */
  readonly output: () => string;
}

export async function startVerdaccio(): Promise<Verdaccio> {
  const folder = mkdtempSync(join(tmpdir(), 'datapin-verdaccio-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = join(folder, 'config.yaml');
  // no uplinks: what is not here is nowhere
  const settings = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
    web: { enable: false },
    max_body_size: '500mb',
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  };
  // JSON is YAML
  writeFileSync(config, JSON.stringify(settings));
  const server = await startServer({
    command: process.execPath,
    args: [join(root, 'e2e', 'node_modules', 'verdaccio', 'bin', 'verdaccio'), '--config', config, '--listen', url],
    readyAt: `${url}/-/ping`,
  });
  const published = new Set<string>();

  async function publish(manifest: PackageManifest, tarball: Buffer): Promise<void> {
    const { name, version } = manifest;
    const id = `${name}@${version}`;
    if (published.has(id)) return;
    published.add(id);
    const file = `${basename(name)}-${version}.tgz`;
    const dist = {
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      shasum: createHash('sha1').update(tarball).digest('hex'),
      tarball: `${url}/${name}/-/${file}`,
    };
    const body = {
      _id: name,
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, _id: id, dist } },
      _attachments: { [file]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length } },
    };
    const response = await fetch(`${url}/${encodeURIComponent(name)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${id} could not be published: ${response.status} ${answer}\n${server.output()}`);
  }

  async function publishInstalled(from: string, names: readonly string[]): Promise<void> {
    for (const { directory, manifest } of installedPackages(from, names)) {
      // files of the store with the same bytes are one file; npm unpacks no links
      const words = ['-cf', '-', '-I', 'gzip -1', '--hard-dereference', '--exclude=node_modules', '--transform', 's,^[^/]*,package,'];
      await publish(manifest, tar([...words, '-C', dirname(directory), basename(directory)]));
    }
  }

  return {
    url,
    output: server.output,
    env: {
      npm_config_registry: url,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_userconfig: npmSettings(folder, url),
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
    },

    async publishWorkspace(folders) {
      const tarballs = mkdtempSync(join(folder, 'tarballs-'));
      for (const each of folders) {
        await mustRun('pnpm', ['pack', '--pack-destination', tarballs], { cwd: join(root, each), env: process.env });
      }
      for (const name of readdirSync(tarballs)) {
        const file = join(tarballs, name);
        const manifest = JSON.parse(tar(['-xzOf', file, 'package/package.json']).toString()) as PackageManifest;
        await publish(manifest, readFileSync(file));
      }
      for (const each of folders) {
        const { dependencies = {} } = JSON.parse(readFileSync(join(root, each, 'package.json'), 'utf8')) as PackageManifest;
        const thirdParty = Object.keys(dependencies).filter((name) => !dependencies[name]?.startsWith('workspace:'));
        await publishInstalled(join(root, each), thirdParty);
      }
    },

    publishInstalled,

    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** npm refuses to publish without a token; this registry takes any. */
function npmSettings(folder: string, url: string): string {
  const file = join(folder, 'npmrc');
  writeFileSync(file, `${url.slice('http:'.length)}/:_authToken=anybody\n`);
  return file;
}

function tar(words: readonly string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync('tar', words, { maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`tar ${words.join(' ')}: ${error?.message ?? stderr.toString()}`);
  return stdout;
}
