/**
 * The real parts that `npm run test:real` and `npm run bench` work against, installed once per version into a folder of the user,
 * outside of any checkout, so that the next clone finds them: `$DATAPIN_TOOLS`, else `datapin-tools` in the user's cache folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { root } from './dependencies.mjs';
import { runCommand } from './run-command.mjs';

const requirements = join(root, 'e2e', 'tools', 'requirements.txt');

/** Installed with `go install`; the folder is named after the version. */
const goTools = {
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  'git-lfs': 'github.com/git-lfs/git-lfs/v3@v3.8.1',
  act: 'github.com/nektos/act@v0.2.89',
};

/** What the virtual environment brings: real DVC with its stores, two servers, two peers for the benchmarks. */
const pythonTools = ['dvc', 'moto_server', 'wsgidav', 's5cmd', 'rclone'];
const uv = 'uv==0.13.9';

/**
 * WebDAV servers, as Debian packages them. They are unpacked, not installed: nothing is started and nothing of the system changes.
 * Debian keeps no old versions, so this is the one list without any.
 */
const debianPackages = ['apache2-bin', 'nginx', 'libnginx-mod-http-dav-ext'];
const debianPrograms = { apache2: 'usr/sbin/apache2', nginx: 'usr/sbin/nginx' };

/** The oldest Node that published packages promise to run on, and one that is too old. */
const nodeVersions = { 'node-22.13': '22.13.0', 'node-20': '20.20.2' };

function baseFolder() {
  return process.env['DATAPIN_TOOLS'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'datapin-tools');
}

/**
 * Runs `install` unless `folder` already holds its complete result. What an interrupted run left is thrown away first.
 * @param {string} title
 * @param {string} folder
 * @param {() => Promise<void>} install
 */
async function once(title, folder, install) {
  const marker = join(folder, '.complete');
  if (existsSync(marker)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  console.log(`  installing ${title} …`);
  await install();
  writeFileSync(marker, '');
  console.log(`  ✓ ${title} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function must(command, args, env = process.env) {
  const { code, output } = await runCommand(command, args, { env, quiet: true });
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output}`);
}

/** @param {string} folder */
async function installPython(folder) {
  const python = join(folder, 'bin', 'python');
  await must('python3', ['-m', 'venv', folder]);
  await must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', uv]);
  await must(join(folder, 'bin', 'uv'), ['pip', 'install', '--quiet', '--python', python, '--no-deps', '--requirements', requirements]);
}

/**
 * @param {string} folder
 * @param {string} module
 */
function installGo(folder, module) {
  return must('go', ['install', '-trimpath', module], { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-modcacherw' });
}

/**
 * @param {string} folder
 * @param {string} version
 */
function installNode(folder, version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`;
  return must('npm', ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, name]);
}

/**
 * Fetches the packages, with what they need and the system lacks, by an apt whose lists and archives are in `folder`: that takes no root.
 * @param {string} folder
 */
async function installDebian(folder) {
  const lists = join(folder, 'lists');
  const archives = join(folder, 'archives');
  for (const place of [lists, archives]) mkdirSync(join(place, 'partial'), { recursive: true });
  const apart = [`Dir::State::lists=${lists}`, `Dir::Cache::archives=${archives}`, 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache='];
  const options = [...apart, 'Debug::NoLocking=true', `APT::Sandbox::User=${userInfo().username}`].flatMap((option) => ['-o', option]);
  const apt = (...args) => must('apt-get', [...options, '-qq', ...args]);
  await apt('update');
  await apt('install', '--yes', '--no-install-recommends', '--download-only', '--reinstall', ...debianPackages);
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    await must('dpkg', ['-x', join(archives, file), folder]);
  for (const place of [lists, archives]) rmSync(place, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'));
  for (const [name, program] of Object.entries(debianPrograms)) {
    const libraries = `${folder}/usr/lib/$(uname -m)-linux-gnu`;
    const script = `#!/bin/sh\nLD_LIBRARY_PATH="${libraries}:$LD_LIBRARY_PATH" exec "${join(folder, program)}" "$@"\n`;
    writeFileSync(join(folder, 'bin', name), script, { mode: 0o755 });
  }
}

/** @param {string} folder */
function nodeBinary(folder) {
  const name = readdirSync(join(folder, 'node_modules')).find((entry) => entry.startsWith('node-'));
  return join(folder, 'node_modules', name ?? '', 'bin', 'node');
}

/**
 * One folder with nothing but the tools in it, so that putting it on the PATH changes nothing else.
 * `dvc-python` is the interpreter that can import DVC.
 * @param {string} folder
 * @param {Record<string, string>} programs
 * @param {string} python
 */
function linkAll(folder, programs, python) {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(draft, name));
  // a link to the interpreter would lose its virtual environment
  writeFileSync(join(draft, 'dvc-python'), `#!/bin/sh\nexec "${python}" "$@"\n`, { mode: 0o755 });
  renameSync(draft, folder);
}

/**
 * Installs what is missing and tells where the programs are.
 * @returns {Promise<string>} The folder to put first on the PATH.
 */
export async function ensureRealTools() {
  const base = baseFolder();
  const lock = createHash('sha256').update(readFileSync(requirements)).update(uv).digest('hex').slice(0, 12);
  const python = join(base, `python-${lock}`);
  const pairs = Object.entries(goTools).map(
    ([name, module]) => /** @type {const} */ ([name, module, join(base, `${name}-${module.split('@')[1]}`)]),
  );
  const nodes = Object.entries(nodeVersions).map(
    ([name, version]) => /** @type {const} */ ([name, version, join(base, `node-${version}`)]),
  );
  const debian = join(base, `debian-${createHash('sha256').update(debianPackages.join()).digest('hex').slice(0, 12)}`);
  const programs = {
    ...Object.fromEntries(pythonTools.map((name) => [name, join(python, 'bin', name)])),
    ...Object.fromEntries(pairs.map(([name, , folder]) => [name, join(folder, name)])),
    ...Object.fromEntries(Object.keys(debianPrograms).map((name) => [name, join(debian, 'bin', name)])),
  };

  console.log(`Real tools: ${base}`);
  mkdirSync(base, { recursive: true });
  // downloads run beside compilers; the compilers one after another, as each of them takes every processor
  await Promise.all([
    once('DVC 3.67.1, moto, wsgidav, s5cmd, rclone', python, () => installPython(python)),
    once('Apache, nginx', debian, () => installDebian(debian)),
    ...nodes.map(([, version, folder]) => once(`Node ${version}`, folder, () => installNode(folder, version))),
    (async () => {
      for (const [name, module, folder] of pairs) await once(`${name} ${module.split('@')[1]}`, folder, () => installGo(folder, module));
    })(),
  ]);

  for (const [name, , folder] of nodes) programs[name] = nodeBinary(folder);
  const missing = Object.entries(programs).filter(([, file]) => !existsSync(file));
  if (missing.length > 0) throw new Error(`not installed: ${missing.map(([name]) => name).join(', ')}`);
  const bin = join(base, `bin-${createHash('sha256').update(JSON.stringify(programs)).digest('hex').slice(0, 12)}`);
  linkAll(bin, programs, join(python, 'bin', 'python'));
  return bin;
}
