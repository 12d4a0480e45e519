// A file of its own, so that only commands that work in a repository load what opening one needs.
export { openProject } from '@datapin/core';
