/**
 * Modules of undici by their own path: its index loads fetch, WebSocket, mocks and caches as well, which costs twice the start-up
 * of what is needed here. They are what the index exports under these names; `request` is the method of a dispatcher.
 */
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';
  export default Agent;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';
  export default function request(this: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
}
