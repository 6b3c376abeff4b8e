const started = Date.now();

export function say(text: string): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`${String(seconds).padStart(5)} s  ${text}\n`);
}
