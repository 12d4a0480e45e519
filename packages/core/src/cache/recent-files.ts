/** So many bytes are kept: what is placed right behind its arrival is still there. */
const mostBytes = 8 * 1024 * 1024;

/** Contents of files that were written a moment ago, by path, as long as there is room: the oldest go first. */
export interface RecentFiles {
  keep(path: string, bytes: Uint8Array): void;
  get(path: string): Uint8Array | undefined;
  drop(path: string): void;
}

export function recentFiles(): RecentFiles {
  const files = new Map<string, Uint8Array>();
  let sum = 0;
  const drop = (path: string): void => {
    sum -= files.get(path)?.length ?? 0;
    files.delete(path);
  };
  return {
    get: (path) => files.get(path),
    drop,
    keep(path, bytes) {
      drop(path);
      files.set(path, bytes);
      sum += bytes.length;
      for (const [oldest] of files) {
        if (sum <= mostBytes) break;
        drop(oldest);
      }
    },
  };
}
