// The site has no text of its own: pages, their order and their titles are docs/.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { contentsOf, ELSEWHERE } from "../contents.mjs";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, DOCS_BASE } = process.env;
const sources = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/main/`;

/** A document links to sources by paths in the repository, which are not on the site. */
function linkSources(md) {
  const open = md.renderer.rules.link_open;
  md.renderer.rules.link_open = (tokens, at, ...rest) => {
    const href = tokens[at].attrGet("href") ?? "";
    if (!href.startsWith("../")) return open(tokens, at, ...rest);
    if (sources) return `<a href="${sources}${posix.normalize(join("docs", href))}">`;
    return `<a title="${md.utils.escapeHtml(href.replace(/^(\.\.\/)+/, ""))}">`;
  };
}

export default {
  title: "pgindex",
  description: "PostgreSQL indexes on live databases as Pulumi resources",
  base: DOCS_BASE ?? "/",
  srcDir: join(ROOT, "docs"),
  srcExclude: ELSEWHERE,
  outDir: join(ROOT, ".pgindex", "docs-site"),
  cacheDir: join(ROOT, ".pgindex", "docs-site-cache"),
  rewrites: { "README.md": "index.md" },
  // The repository's own files, which `npm run check` looks for.
  ignoreDeadLinks: [/^(\.\/)?\.\.\//],
  markdown: { config: linkSources },
  themeConfig: {
    search: { provider: "local" },
    sidebar: contentsOf(readFileSync(join(ROOT, "docs", "README.md"), "utf8")),
    outline: [2, 3],
    ...(sources && { socialLinks: [{ icon: "github", link: sources.replace(/\/blob.*/, "") }] }),
  },
};
