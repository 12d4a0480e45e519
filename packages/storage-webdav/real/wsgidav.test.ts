import { startWsgidav } from '../../../e2e/servers/wsgidav.ts';
import { describeOnServer } from './support/describe-on-server.ts';

describeOnServer('wsgidav', startWsgidav);
