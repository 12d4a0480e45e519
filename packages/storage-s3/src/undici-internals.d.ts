/**
 * A module of undici by its own path: its index loads fetch, WebSocket, mocks and caches as well, which costs twice the start-up
 * of what is needed here. It is what the index exports under this name.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export default Pool;
}
