/**
 * The main job, shown: the data of a repository that real DVC made is pulled, then a repository of one's own is made, pushed and
 * pulled into a second clone. Every command and what it prints is shown. Everything happens in a temporary folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './dependencies.mjs';

const program = join(root, 'apps', 'cli', 'bin', 'datapin.mjs');
const fixture = join(root, 'e2e', 'fixtures', '06-versions');
const stage = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-demo-')));
const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
const bold = (/** @type {string} */ text) => (colours ? `\u001B[1m${text}\u001B[22m` : text);
const dim = (/** @type {string} */ text) => (colours ? `\u001B[2m${text}\u001B[22m` : text);

writeFileSync(
  join(stage, 'gitconfig'),
  '[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n[user]\n\tname = Demo\n\temail = demo@example.com\n',
);
const env = { ...process.env, GIT_CONFIG_GLOBAL: join(stage, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' };
let cwd = stage;

/** @param {string} text */
function chapter(text) {
  console.log(`\n${bold(text)}`);
}

/** @param {string} text */
function explain(text) {
  console.log(`\n${dim(`# ${text}`)}`);
}

/**
 * Shows a command line, runs it, shows what it prints. `datapin` is the program built from this checkout.
 * @param {string} line
 */
function type(line) {
  const [name = '', ...args] = line.split(' ');
  console.log(`${dim('$')} ${bold(line)}`);
  const [command, parameters] = name === 'datapin' ? [process.execPath, [program, ...args]] : [name, args];
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, env, encoding: 'utf8' });
  for (const text of `${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n')) if (text !== '') console.log(`  ${text}`);
  if (error !== undefined || status !== 0) throw new Error(`"${line}" ended with ${status ?? error?.message}`);
}

/**
 * Shows a small text file.
 * @param {string} path
 */
function show(path) {
  console.log(`${dim('$')} ${bold(`cat ${path}`)}`);
  for (const text of readFileSync(join(cwd, path), 'utf8').trimEnd().split('\n')) console.log(`  ${text}`);
}

/**
 * Shows what a folder holds: all that one sees without looking for hidden files.
 * @param {string} [path]
 */
function look(path = '.') {
  console.log(`${dim('$')} ${bold(path === '.' ? 'ls' : `ls ${path}`)}`);
  const names = readdirSync(join(cwd, path), { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
  console.log(`  ${names.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).join('  ')}`);
}

function pullWhatDvcMade() {
  chapter('1. A repository made by DVC: pull its data');
  cpSync(join(fixture, 'remote'), join(stage, 'remote'), { recursive: true });
  execFileSync('git', ['clone', '-q', join(fixture, 'repo.bundle'), join(stage, 'theirs')], { env });
  cwd = join(stage, 'theirs');
  execFileSync('git', ['checkout', '-q', 'v2'], { cwd, env });
  explain('git holds small metafiles only; the data lies in a "remote", here a folder.');
  look();
  explain('A metafile pins the data by its hash.');
  show('model.bin.dvc');
  explain('pull brings exactly what is pinned, checks every byte, and puts it in place.');
  type('datapin pull');
  look();
  type('datapin status');
  explain('Another commit pins other data.');
  type('git checkout -q v1');
  type('datapin pull');
}

function makeOne() {
  chapter('2. A repository of your own: init, add, push');
  cwd = join(stage, 'mine');
  mkdirSync(join(cwd, 'photos', 'cats'), { recursive: true });
  for (const name of ['cats/felix.jpg', 'cats/minka.jpg', 'sunset.jpg'])
    writeFileSync(join(cwd, 'photos', name), `pretend that this is ${name}\n`.repeat(2000));
  type('git init -q');
  type('datapin init');
  explain('Where the data is going to live: a folder here; s3://bucket/path and others by a plugin.');
  type('datapin remote add --default store ../store');
  explain('add moves the data under control: hashed, stored once, ignored by git, pinned by photos.dvc.');
  type('datapin add photos');
  show('photos.dvc');
  type('git add photos.dvc .gitignore .dvc .dvcignore');
  type('git commit -q -m photos');
  explain('push uploads what the remote does not have.');
  type('datapin push');
}

function cloneIt() {
  chapter('3. A colleague clones it and pulls');
  cwd = stage;
  type('git clone -q mine colleague');
  cwd = join(stage, 'colleague');
  look();
  type('datapin pull');
  look('photos');
  const same = readFileSync(join(cwd, 'photos', 'sunset.jpg')).equals(readFileSync(join(stage, 'mine', 'photos', 'sunset.jpg')));
  if (!same) throw new Error('the pulled data differs');
  explain('The same bytes, and nothing left to do:');
  type('datapin status');
}

try {
  pullWhatDvcMade();
  makeOne();
  cloneIt();
  console.log(`\n${bold('That is all of it.')} README.md goes on from here: the GitHub Action, S3 and other remotes, the commands.\n`);
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(stage, { recursive: true, force: true });
}
