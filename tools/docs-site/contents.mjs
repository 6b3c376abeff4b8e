/** Documents for other sites. */
export const ELSEWHERE = ["_index.md", "installation-configuration.md"];

/**
 * The groups of docs/README.md with their documents, in its order: **Group**, then `- [text](page)`
 * lines.
 */
export function contentsOf(readme) {
  const groups = [];
  for (const line of readme.split("\n")) {
    const title = /^\*\*(.+)\*\*$/.exec(line)?.[1];
    if (title) groups.push({ text: title, items: [] });
    for (const [, text, page] of line.startsWith("- ") ? line.matchAll(LINK) : [])
      groups.at(-1)?.items.push({ text: text.replace(/[`]|\.$/g, ""), link: `/${page}` });
  }
  return groups;
}

const LINK = /\[([^\]]+)\]\(([\w-]+)\.md\)/g;
