import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A third-party package as it lies in the workspace's store, with what npm has to know of it. */
export interface InstalledPackage {
  readonly directory: string;
  readonly manifest: PackageManifest;
}

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Packages that a folder of the workspace depends on, and all that those depend on, as pnpm installed them. Optional ones that are not there
 * (for another platform, say) are left out. Throws when one of the given names is not installed.
 */
export function installedPackages(folder: string, names: readonly string[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();

  function visit(link: string): void {
    const directory = realpathSync(link);
    if (found.has(directory)) return;
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageManifest;
    found.set(directory, { directory, manifest });
    // pnpm puts the dependencies of a package beside it
    const beside = directory.slice(0, directory.lastIndexOf(manifest.name));
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      if (isInstalled(join(beside, name))) visit(join(beside, name));
    }
  }

  for (const name of names) visit(join(folder, 'node_modules', name));
  return [...found.values()];
}

function isInstalled(link: string): boolean {
  try {
    return realpathSync(link) !== '';
  } catch {
    return false;
  }
}
