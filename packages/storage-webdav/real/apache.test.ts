import { startApache } from '../../../e2e/servers/apache.ts';
import { describeOnServer } from './support/describe-on-server.ts';

describeOnServer('apache', () => startApache());
