const FIRST_AFTER = 2_000;
const EVERY_WHEN_LOGGED = 15_000;

const seconds = (since) => Math.round((Date.now() - since) / 1000);

/**
 * Shows progress once the work has taken two seconds: a counting line on a terminal, one line every
 * 15 s in a log. Writes to stderr, which keeps a target's own output clean.
 */
export async function withProgress(label, work) {
  const started = Date.now();
  const live = process.stderr.isTTY;
  let shown = false;
  let timer;
  const show = () => {
    shown = true;
    process.stderr.write(
      live ? `\r${label} ... ${seconds(started)} s ` : `${label} ... ${seconds(started)} s\n`,
    );
    timer = setTimeout(show, live ? 1_000 : EVERY_WHEN_LOGGED);
  };
  timer = setTimeout(show, FIRST_AFTER);
  try {
    const result = await work();
    if (shown) process.stderr.write(`${live ? "\r" : ""}${label}: done in ${seconds(started)} s\n`);
    return result;
  } catch (error) {
    if (shown)
      process.stderr.write(`${live ? "\r" : ""}${label}: failed after ${seconds(started)} s\n`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
