import { startRcloneWebdav } from '../../../e2e/servers/rclone.ts';
import { describeOnServer } from './support/describe-on-server.ts';

describeOnServer('rclone', startRcloneWebdav);
