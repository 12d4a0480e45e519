/** One file of a directory object. `relpath` has `/` between segments and is relative to the directory. */
export interface DirectoryEntry {
  readonly md5: string;
  readonly relpath: string;
}
