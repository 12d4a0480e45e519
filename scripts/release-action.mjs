/**
 * Publishes the staged Action to its own repository, and moves the major tag. Works on a clone of that repository; the caller pushes
 * nothing besides.
 *
 *   node scripts/release-action.mjs publish CLONE STAGED VERSION   commits the staged folder, tags vVERSION, moves vMAJOR and vMAJOR.MINOR
 *                                                                  to it where no newer version has them
 *   node scripts/release-action.mjs point CLONE VERSION            moves vMAJOR and vMAJOR.MINOR to vVERSION, which was published before: a rollback
 *
 * A version tag is made once and never moved. SOURCE_COMMIT names the commit of the sources in the message.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const shape = /^(\d+)\.(\d+)\.\d+$/u;

/** A reason to stop that whoever releases understands. */
class Refusal extends Error {}

/**
 * @param {string} clone
 * @param {readonly string[]} args
 */
function git(clone, ...args) {
  return execFileSync('git', args, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** @param {string} version */
function partsOf(version) {
  const [, major, minor] = shape.exec(version) ?? [];
  if (major === undefined || minor === undefined) throw new Refusal(`"${version}" is not a version like 1.2.3`);
  return { tag: `v${version}`, moving: [`v${major}`, `v${major}.${minor}`] };
}

/**
 * @param {string} clone
 * @param {string} tag
 */
function isOnServer(clone, tag) {
  return git(clone, 'ls-remote', '--tags', 'origin', `refs/tags/${tag}`) !== '';
}

/**
 * @param {string} clone
 * @param {string} version
 * @param {readonly string[]} moving
 */
function move(clone, version, moving) {
  const { tag } = partsOf(version);
  git(clone, 'fetch', '--quiet', '--depth=1', 'origin', `+refs/tags/${tag}:refs/tags/${tag}`);
  const commit = git(clone, 'rev-parse', `${tag}^{commit}`);
  git(clone, 'push', '--quiet', '--force', 'origin', ...moving.map((name) => `${commit}:refs/tags/${name}`));
  console.log(`${moving.join(' and ')} point to ${tag} (${commit})`);
}

/**
 * @param {string} clone
 * @param {string} version
 */
function point(clone, version) {
  const { tag, moving } = partsOf(version);
  if (!isOnServer(clone, tag)) throw new Refusal(`${tag} was never published`);
  move(clone, version, moving);
}

/**
 * Whether no published version that a moving tag stands for is newer: a fix of an old line takes nobody back.
 * @param {string} clone
 * @param {string} version
 * @param {string} moving
 */
function isNewest(clone, version, moving) {
  const lines = git(clone, 'ls-remote', '--tags', '--refs', 'origin', `refs/tags/${moving}.*`).split('\n');
  const versions = lines.map((line) => line.replace(/^.*refs\/tags\/v/u, '')).filter((name) => shape.test(name));
  return versions.every((other) => other.localeCompare(version, 'en', { numeric: true }) <= 0);
}

/**
 * @param {string} clone
 * @param {string} staged
 * @param {string} version
 */
function publish(clone, staged, version) {
  const { tag, moving } = partsOf(version);
  const stagedVersion = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8')).version;
  if (stagedVersion !== version) throw new Refusal(`the staged Action is version ${stagedVersion}, not ${version}`);
  if (isOnServer(clone, tag)) throw new Refusal(`${tag} is published already, and a version never changes`);
  for (const name of readdirSync(clone)) if (name !== '.git') rmSync(join(clone, name), { recursive: true });
  cpSync(staged, clone, { recursive: true });
  git(clone, 'add', '--all', '--force', '.');
  const source = process.env['SOURCE_COMMIT'];
  const message = source === undefined ? tag : `${tag}\n\nBuilt from ${source}`;
  git(clone, 'commit', '--quiet', '--allow-empty', '--message', message);
  git(clone, 'tag', '--annotate', '--message', message, tag);
  git(clone, 'push', '--quiet', '--atomic', 'origin', 'HEAD', `refs/tags/${tag}`);
  console.log(`published ${tag}`);
  move(
    clone,
    version,
    moving.filter((name) => isNewest(clone, version, name)),
  );
}

const [command = '', ...args] = process.argv.slice(2);
try {
  if (command === 'publish' && args.length === 3)
    publish(/** @type {string} */ (args[0]), /** @type {string} */ (args[1]), /** @type {string} */ (args[2]));
  else if (command === 'point' && args.length === 2) point(/** @type {string} */ (args[0]), /** @type {string} */ (args[1]));
  else throw new Refusal('usage: release-action.mjs publish CLONE STAGED VERSION | point CLONE VERSION');
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
