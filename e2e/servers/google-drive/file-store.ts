import { createHash, randomBytes } from 'node:crypto';

export const folderType = 'application/vnd.google-apps.folder';

/** A file, folder or shared drive's root. */
export interface StoredFile {
  readonly id: string;
  name: string;
  mimeType: string;
  readonly parents: readonly string[];
  /** Milliseconds since 1970. */
  readonly created: number;
  trashed: boolean;
  /** Absent for folders and Google's own documents. */
  content: Buffer | undefined;
  readonly driveId: string | undefined;
  /** Google takes it for malware. */
  abusive: boolean;
  /** When it changed last, by the server's clock: listings lag behind that. */
  changed: number;
}

export type NewFile = Partial<Omit<StoredFile, 'id' | 'created' | 'changed'>> & { readonly name: string };

/** What Drive holds. Nothing keeps names unique. */
export interface FileStore {
  readonly files: ReadonlyMap<string, StoredFile>;
  /** The id of My Drive's root, which `root` is another word for. */
  readonly rootId: string;
  readonly appDataId: string;
  get(idOrAlias: string): StoredFile | undefined;
  create(file: NewFile, id?: string): StoredFile;
  /** With everything below it. */
  delete(id: string): void;
  /** Whether it or a folder above it is in the trash. */
  isTrashed(file: StoredFile): boolean;
  newId(): string;
  /** The paths of all files below a folder that are not in the trash, twins twice. */
  tree(id: string): readonly string[];
}

export function createFileStore(now: () => number = Date.now): FileStore {
  const files = new Map<string, StoredFile>();
  const newId = (): string => `1${randomBytes(24).toString('base64url')}`;

  function create({ name, mimeType = 'application/octet-stream', parents = [], ...rest }: NewFile, id = newId()): StoredFile {
    const driveId = rest.driveId ?? files.get(parents[0] ?? '')?.driveId;
    const isContent = mimeType !== folderType && !mimeType.startsWith('application/vnd.google-apps.');
    const content = isContent ? (rest.content ?? Buffer.alloc(0)) : undefined;
    const file: StoredFile = {
      id,
      name,
      mimeType,
      parents,
      created: now(),
      changed: now(),
      trashed: rest.trashed ?? false,
      content,
      driveId,
      abusive: rest.abusive ?? false,
    };
    files.set(id, file);
    return file;
  }

  const rootId = create({ name: 'My Drive', mimeType: folderType }).id;
  const appDataId = create({ name: 'appDataFolder', mimeType: folderType }).id;
  const aliases: Readonly<Record<string, string>> = { root: rootId, appDataFolder: appDataId };
  const get = (id: string): StoredFile | undefined => files.get(aliases[id] ?? id);

  function isTrashed(file: StoredFile): boolean {
    return file.trashed || file.parents.some((id) => files.has(id) && isTrashed(files.get(id) ?? file));
  }

  return {
    files,
    rootId,
    appDataId,
    get,
    create,
    delete(id) {
      files.delete(id);
      for (const file of files.values()) if (file.parents.includes(id)) this.delete(file.id);
    },
    isTrashed,
    newId,
    tree(id) {
      const below = [...files.values()].filter(({ parents, trashed }) => parents.includes(id) && !trashed);
      return below
        .flatMap((file) => (file.mimeType === folderType ? this.tree(file.id).map((path) => `${file.name}/${path}`) : [file.name]))
        .sort();
    },
  };
}

export function md5Of(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}
