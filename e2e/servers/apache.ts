import { createHash } from 'node:crypto';
import { cpSync, globSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './server-process.ts';
import { passwordLine, startWebdavServer, type WebdavServer } from './webdav-server.ts';

const modules = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'auth_digest',
  'reqtimeout',
  'dav',
  'dav_fs',
  'dir',
  'autoindex',
  'mime',
];

export interface ApacheOptions {
  /** How users sign in; `Basic` by default. */
  readonly authentication?: 'Basic' | 'Digest';
  /** Whether a folder's address without `/` is redirected to the one with, as it comes; real DVC cannot push then. On by default. */
  readonly directorySlash?: boolean;
}

/** More than the connections of two openings of a remote: with all workers busy Apache closes kept connections, and loses what comes in on them. */
const workers = 256;

/** Starts Apache with mod_dav, in one process. */
export function startApache({ authentication = 'Basic', directorySlash = true }: ApacheOptions = {}): Promise<WebdavServer> {
  // the program lies in `bin` of the folder that Debian's packages were unpacked into
  const program = realpathSync(findProgram('apache2'));
  const library = join(program, '..', '..', 'usr', 'lib');
  return startWebdavServer((place) => {
    const { port, dir, own, user, password } = place;
    const realm = 'data';
    const digest = createHash('md5').update(`${user}:${realm}:${password}`).digest('hex');
    writeFileSync(join(own, 'users'), authentication === 'Basic' ? passwordLine(place) : `${user}:${realm}:${digest}\n`, { mode: 0o644 });
    writeFileSync(join(own, 'mime.types'), '');
    writeFileSync(
      join(own, 'apache.conf'),
      `${modules.map((name) => `LoadModule ${name}_module ${join(library, 'apache2', 'modules', `mod_${name}.so`)}`).join('\n')}
ServerRoot ${own}
ServerName 127.0.0.1
PidFile ${own}/pid
Mutex file:${own} default
DefaultRuntimeDir ${own}
User nobody
Group nogroup
Listen 127.0.0.1:${port}
ServerLimit 1
ThreadLimit ${workers}
ThreadsPerChild ${workers}
MaxRequestWorkers ${workers}
ErrorLog ${own}/error.log
TypesConfig ${own}/mime.types
LimitRequestBody 0
DavLockDB ${own}/locks
DocumentRoot ${dir}
<Directory ${dir}>
  Dav On
  Options Indexes
  DirectorySlash ${directorySlash ? 'On' : 'Off'}
  AuthType ${authentication}
  AuthName ${realm}
  AuthUserFile ${own}/users
  Require valid-user
</Directory>
`,
      { mode: 0o644 },
    );
    // its lock database is a module that is loaded late: without root's rights, so not from root's own folder
    const drivers = globSync('*/apr-util-1', { cwd: library })[0] ?? '';
    cpSync(join(library, drivers), join(own, 'drivers'), { recursive: true });
    return { command: program, args: ['-X', '-f', join(own, 'apache.conf')], env: { LD_LIBRARY_PATH: join(own, 'drivers') } };
  });
}
