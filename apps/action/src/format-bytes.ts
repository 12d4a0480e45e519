const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size for people: `999 B`, `1.5 KiB`, `20 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1).replace(/\.0$/u, '')} ${units[power]}`;
}
