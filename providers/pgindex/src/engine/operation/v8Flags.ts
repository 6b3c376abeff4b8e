import { setFlagsFromString } from "node:v8";

/**
 * V8 compiles a hot WebAssembly function again, with all its optimizations. Of libpg-query that is
 * one function as large as a program: for half a second the compiler takes 600 MB for it, after the
 * first statements. What it makes is a sixth faster, 4 µs a statement.
 */
const RECOMPILES = ["wasm-tier-up", "wasm-dynamic-tiering"];

/**
 * By itself the heap of a process that mostly waits for a database grows to several times what is in
 * use. Now V8 collects before it has grown by a tenth, and the young generation stays small.
 */
const SMALL_HEAP = ["--heap-growing-percent=10", "--semi-space-growth-factor=1"];

let usesLittle = false;

/**
 * Has V8 use little memory, for the whole process: only for processes of our own, before they parse
 * the first statement. V8 reads these flags whenever it compiles or collects, and passes over one it
 * does not know (https://nodejs.org/api/v8.html#v8setflagsfromstringflags).
 */
export function useLittleMemory(): void {
  usesLittle = true;
  setFlags([...RECOMPILES.map((flag) => `--no-${flag}`), ...SMALL_HEAP]);
}

/**
 * Runs work that parses, in a process that may be a program of the user's: V8 recompiles no
 * WebAssembly until it has ended.
 */
export function withoutRecompiling<T>(work: () => T): T {
  if (usesLittle) return work();
  setFlags(RECOMPILES.map((flag) => `--no-${flag}`));
  try {
    return work();
  } finally {
    setFlags(RECOMPILES.map((flag) => `--${flag}`));
  }
}

function setFlags(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
