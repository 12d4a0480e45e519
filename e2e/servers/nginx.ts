import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './server-process.ts';
import { passwordLine, startWebdavServer, type WebdavServer } from './webdav-server.ts';

/** Starts nginx with its dav module and the dav-ext module (PROPFIND), in one process. */
export function startNginx(): Promise<WebdavServer> {
  // the program lies in `bin` of the folder that Debian's packages were unpacked into
  const program = realpathSync(findProgram('nginx'));
  const extension = join(program, '..', '..', 'usr', 'lib', 'nginx', 'modules', 'ngx_http_dav_ext_module.so');
  return startWebdavServer((place) => {
    const { port, dir, own } = place;
    writeFileSync(join(own, 'users'), passwordLine(place));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${own}/${name};`);
    writeFileSync(
      join(own, 'nginx.conf'),
      `load_module ${extension};
daemon off;
master_process off;
pid ${own}/pid;
error_log stderr;
events {}
http {
  access_log off;
${temporary.join('\n')}
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    location / {
      root ${dir};
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS;
      auth_basic data;
      auth_basic_user_file ${own}/users;
    }
  }
}
`,
    );
    return { command: program, args: ['-p', own, '-c', join(own, 'nginx.conf'), '-e', 'stderr'] };
  });
}
