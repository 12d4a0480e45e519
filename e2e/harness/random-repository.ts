import { type Random, seededRandom } from './random.ts';

/** Content by recipe: the same text makes the same bytes, of any size, without being kept. */
export interface FilePlan {
  readonly size: number;
  /** Also in the bytes, so that no two files of a repository share an object by accident. */
  readonly text: string;
  readonly lineEnd: '\n' | '\r\n';
  readonly executable: boolean;
}

/** Paths relative to the work tree and what lies there. */
export type VersionPlan = ReadonlyMap<string, FilePlan>;

export interface RepositoryPlan {
  readonly name: string;
  readonly remote: 'folder' | 's3';
  /** `legacy`: all of it as DVC 2 left it; `mixed`: later versions were added by version 3. */
  readonly age: 'present' | 'legacy' | 'mixed';
  readonly linkType: 'default' | 'hardlink' | 'symlink';
  readonly directory: string;
  readonly singles: readonly string[];
  readonly versions: readonly VersionPlan[];
}

// no tab: real DVC reads it wrongly from a commit (`data status` then shows a rename)
const oddSingles = [
  'model.bin', 'with space.txt', '-dash.txt', '#hash.txt', 'a: b.txt', 'yes', 'null', '~', '123', '1e3', '2024-01-01', "'single'.txt", '"double".txt',
  'back\\slash.txt', 'héllo.txt', '日本語.txt', 'emoji\u{1F600}.txt', 'nfd_e\u0301.txt', 'a,b.txt', '[bracket].txt', '{brace}.txt', '&anchor', '*star.txt',
  '!bang.txt', '|pipe', '%pct.txt', '@at', '`tick`', '?q.txt', '- item.txt', ' leading.txt', 'a #comment.txt', `${'x'.repeat(100)}.txt`,
  '=', '<<', '0o17', '.hidden', "key: it's.txt", 'sub/deep/er.bin', 'sub dir/ünter/x.csv',
]; // prettier-ignore
const oddParts = [
  'a',
  'Z',
  '0',
  '.',
  '-',
  '_',
  ' ',
  "'",
  '"',
  '\\',
  '\n',
  '\t',
  '#',
  '!',
  '[',
  '*',
  'é',
  'e\u0301',
  '日',
  '\u{1F600}',
  '\uFB01',
  '\u007F',
  '%',
  '&',
  '$',
  ':',
];
const oddDirectories = ['data', 'my data', 'données', 'raw-1.0', 'sub/images'];
const multipartSize = 70 * 2 ** 20;

/** Two in ten know DVC 2, so that a short run meets them as well. */
const agesInTurn: readonly RepositoryPlan['age'][] = [
  'present',
  'present',
  'present',
  'mixed',
  'present',
  'present',
  'present',
  'present',
  'present',
  'legacy',
];

/** Draws the `index`th repository of a run: at least two versions of one directory of 5–500 files and three single files. */
export function planRepository(seed: string, index: number): RepositoryPlan {
  const random = seededRandom(`${seed}/${index}`);
  const age = agesInTurn[index % agesInTurn.length] ?? 'present';
  const directory = random.pick(oddDirectories);
  const singles = distinct(() => random.pick(oddSingles), 3);
  // most repositories small, so that hundreds of them are affordable, some of them up to the full 500
  const files = Math.round(5 * 100 ** ((random.between(0, 1000) / 1000) ** 3));
  const names = distinct(() => randomPath(random), files).map((name) => `${directory}/${name}`);
  const first = new Map<string, FilePlan>();
  for (const path of [...names, ...singles]) first.set(path, randomFile(random, `${path} 1`));
  if (random.oneIn(12)) first.set(singles[0] ?? '', { ...randomFile(random, 'large'), size: multipartSize + random.between(0, 5) });
  for (const path of singles) if (random.oneIn(5)) first.set(path, { ...randomFile(random, `${path} x`), executable: true });
  const versions = [first];
  const count = random.oneIn(4) ? 3 : 2;
  while (versions.length < count)
    versions.push(changed(random, versions.at(-1) ?? first, { directory, singles, version: versions.length + 1 }));
  const linkType = age === 'present' && random.oneIn(5) ? random.pick(['hardlink', 'symlink'] as const) : 'default';
  return { name: `repository ${index}`, remote: index % 2 === 0 ? 'folder' : 's3', age, linkType, directory, singles, versions };
}

function changed(
  random: Random,
  before: VersionPlan,
  { directory, singles, version }: { readonly directory: string; readonly singles: readonly string[]; readonly version: number },
): Map<string, FilePlan> {
  const after = new Map(before);
  for (const [path, file] of before) {
    if (!path.startsWith(`${directory}/`)) continue;
    const fate = random.between(1, 24);
    if (fate <= 4) after.delete(path);
    else if (fate <= 8) after.set(path, randomFile(random, `${path} ${version}`));
    else if (fate === 9) {
      after.delete(path);
      after.set(`${directory}/renamed-${version}-${after.size}`, file);
    }
  }
  for (let more = random.between(1, 5); more > 0; more -= 1)
    after.set(`${directory}/new-${version}/${more}`, randomFile(random, `new ${version} ${more}`));
  const single = random.pick(singles);
  after.set(single, randomFile(random, `${single} ${version}`));
  return after;
}

function randomFile(random: Random, text: string): FilePlan {
  const size = random.pick([0, 1, 1024, random.between(2, 300), random.between(2, 5000), random.between(1000, 70_000)]);
  const around = random.oneIn(40) ? 2 ** 20 + random.between(-1, 1) : size;
  return { size: around, text, lineEnd: random.oneIn(3) ? '\r\n' : '\n', executable: false };
}

function randomPath(random: Random): string {
  const depth = random.pick([0, 0, 0, 1, 2]);
  const folders = Array.from({ length: depth }, () => random.pick(['x', 'y z', 'ü', 'deep.er', 'n-1']));
  const parts = Array.from({ length: random.between(1, 6) }, () => random.pick(oddParts)).join('');
  return [...folders, `f${random.between(0, 9999)}${parts}`].join('/');
}

function distinct(draw: () => string, count: number): string[] {
  const seen = new Set<string>();
  while (seen.size < count) seen.add(draw());
  return [...seen];
}

/** The bytes of a file, in pieces of at most a few MiB. */
export function* bytesOf({ size, text, lineEnd }: FilePlan): Generator<Buffer> {
  if (size === 0) return;
  const line = `${text}${lineEnd}`;
  const block = Buffer.from(line.repeat(Math.ceil(Math.min(size, 2 ** 20) / Buffer.byteLength(line)) + 1));
  for (let left = size; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}
