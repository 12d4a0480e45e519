import type { TsdownPlugin } from 'tsdown';

/** A package that one module of another names and that nothing here reaches through it. */
export interface Unreached {
  readonly package: string;
  /** The end of the path of the module that imports it. */
  readonly importer: string;
  /** What it imports. */
  readonly names: readonly string[];
}

/** Leaves packages out of the bundle where they are imported for functions that are never called. Should one be called nevertheless, it throws. */
export function bundleWithout(unreached: readonly Unreached[]): TsdownPlugin {
  const prefix = '\0without:';
  return {
    name: 'bundle-without',
    resolveId(source, importer) {
      const index = unreached.findIndex((one) => one.package === source && importer?.replaceAll('\\', '/').endsWith(one.importer));
      return index === -1 ? undefined : `${prefix}${index}`;
    },
    load(id) {
      const one = id.startsWith(prefix) ? unreached[Number(id.slice(prefix.length))] : undefined;
      if (one === undefined) return undefined;
      const message = JSON.stringify(`${one.package} is not part of this bundle`);
      return one.names.map((name) => `export class ${name} { constructor() { throw new Error(${message}); } }`).join('\n');
    },
  };
}
