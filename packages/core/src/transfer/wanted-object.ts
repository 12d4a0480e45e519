import type { ObjectId } from '../hashing/object-id.ts';
import { objectKey } from '../hashing/object-id.ts';

/** An object that a command needs, with the path that the user knows it by. */
export interface WantedObject {
  readonly id: ObjectId;
  /** Relative to the project root; of the output itself for its directory object. */
  readonly path: string;
  /** In bytes, where a metafile says it. */
  readonly size?: number;
  /** Where the store keeps it under a name of its own (version-aware remotes, imported URLs); absent for the content-addressed layout. */
  readonly at?: { readonly key: string; readonly versionId?: string };
}

/** One text per object, for sets. */
export function objectName(id: ObjectId): string {
  return `${id.algorithm}:${id.value}`;
}

/** Where the object lies on a remote. */
export function remoteKeyOf(wanted: WantedObject): string {
  return wanted.at?.key ?? objectKey(wanted.id);
}

/** The objects without repetitions; the first path of each is kept. */
export function distinct(objects: Iterable<WantedObject>): readonly WantedObject[] {
  const first = new Map<string, WantedObject>();
  for (const wanted of objects) {
    const name = objectName(wanted.id);
    if (!first.has(name)) first.set(name, wanted);
  }
  return [...first.values()];
}
