import { startNginx } from '../../../e2e/servers/nginx.ts';
import { describeOnServer } from './support/describe-on-server.ts';

describeOnServer('nginx', startNginx);
