import { PgIndexError } from "../../errors/advice";
import type { Parameters } from "../environment";
import { mistakenUrlAdvice, unreadableUrlAdvice } from "./urlMessages";
import { urlMistake } from "./urlMistake";

/**
 * `postgresql://user:password@host1:5432,host2:5432/database?keyword=value`. No `#`: it would hide
 * what follows.
 */
const URL_FORM = new RegExp(
  "^postgres(?:ql)?://(?<login>[^/?#]*@)?(?<hosts>[^/?#]*)" +
    String.raw`(?<path>/[^?#]*)?(?:\?(?<query>[^#]*))?$`,
  "i",
);

/**
 * An unencoded `/` or `?` in a password ends the host part early: the rest would be taken for a
 * database name and shown in messages. An `@` in the path, or before the first `=` of the query,
 * has no other cause.
 */
const MISREAD_PASSWORD = /^[a-z]+:\/\/[^/?@]*(\/[^?@]*@|[^?]*\?[^=&]*@)/i;

/** The parameters of a URL. Throws {@link PgIndexError} without showing it. */
export function readUrl(text: string): Parameters {
  const mistake = urlMistake(text);
  if (mistake) throw new PgIndexError(mistakenUrlAdvice(mistake));
  const parts = URL_FORM.exec(text)?.groups;
  try {
    if (!parts || MISREAD_PASSWORD.test(text)) throw new Error("not a URL of PostgreSQL");
    const { login = "", hosts = "", path = "", query = "" } = parts;
    // URL does not support several hosts, but leaves a host alone if the scheme is not a web one.
    const url = new URL(`postgresql://${login}hosts${path}`);
    const [host, port] = readHosts(hosts);
    const named = {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      host,
      port,
      dbname: decodeURIComponent(url.pathname.slice(1)),
    };
    return { ...onlySet(named), ...onlySet(readQuery(query)) };
  } catch {
    // The parser's error would include the URL, and with it the password.
    throw new PgIndexError(unreadableUrlAdvice());
  }
}

/**
 * The parameters after the question mark, where a plus sign is literal. `ssl=true` is JDBC's
 * keyword.
 */
function readQuery(query: string): Parameters {
  const { ssl, ...parameters } = Object.fromEntries(
    new URLSearchParams(query.replaceAll("+", "%2B")),
  );
  return ssl === "true" || ssl === "1" ? { sslmode: "require", ...parameters } : parameters;
}

/** IPv6 addresses are in brackets; a socket folder begins with a slash (%2F in a URL). */
const HOST_FORM = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>\d*))?$/;

/** Hosts and ports as two comma-separated lists of the same length. */
function readHosts(text: string): [hosts: string, ports: string] {
  const each = text.split(",").map((item) => {
    const { v6, name = "", port = "" } = HOST_FORM.exec(item)?.groups ?? {};
    if (!HOST_FORM.test(item)) throw new Error("not a host");
    return { host: v6 ?? decodeURIComponent(name), port };
  });
  const ports = each.map(({ port }) => port);
  return [each.map(({ host }) => host).join(","), ports.some(Boolean) ? ports.join(",") : ""];
}

function onlySet(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value));
}
