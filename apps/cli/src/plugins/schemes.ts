/** Who serves DVC's URL schemes. A folder's plugin is part of the program. */
export const knownSchemes: Readonly<Record<string, string>> = {
  s3: '@datapin/storage-s3',
  gdrive: '@datapin/storage-gdrive',
  webdav: '@datapin/storage-webdav',
  webdavs: '@datapin/storage-webdav',
  http: '@datapin/storage-http',
  https: '@datapin/storage-http',
};

/** Short names for `datapin plugin add`: `s3` → `@datapin/storage-s3`. */
export function packageOfShortName(name: string): string | undefined {
  return Object.hasOwn(knownSchemes, name) ? knownSchemes[name] : undefined;
}

/** One short name for each package. */
export const shortNames: readonly string[] = [...new Set(Object.values(knownSchemes))].map(shortNameOf);

/** What to type to get the package: the short name where there is one. */
export function shortNameOf(packageName: string): string {
  return Object.keys(knownSchemes).find((scheme) => knownSchemes[scheme] === packageName) ?? packageName;
}
