import { PgIndexError } from "../errors/advice";
import { type Parameters, readEnvironment } from "./environment";
import { unreadableUrlAdvice } from "./parameterMessages";
import { readService } from "./serviceFile";

/**
 * What to connect with: of each parameter the URL's value, else the connection service's, else the
 * environment's. Throws {@link PgIndexError} for a URL or a service that cannot be read, without
 * showing the URL.
 */
export function connectionParameters(url: string | undefined): Parameters {
  const written = url === undefined ? {} : readUrl(url);
  const environment = readEnvironment(process.env);
  const service = written.service ?? environment.service;
  return { ...environment, ...(service && readService(service)), ...written };
}

/**
 * `postgresql://user:password@host1:5432,host2:5432/database?keyword=value`. A `#` would hide what
 * follows it.
 */
const URL_FORM =
  /^postgres(?:ql)?:\/\/(?<login>[^/?#]*@)?(?<hosts>[^/?#]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;

/**
 * A password with a `/` or a `?` that is not encoded ends the hosts' part: what follows would be
 * taken for a database and be shown in messages. `@` stands in a path or before the first `=` of a
 * query for no other reason.
 */
const MISREAD_PASSWORD = /^[a-z]+:\/\/[^/?@]*(\/[^?@]*@|[^?]*\?[^=&]*@)/i;

function readUrl(text: string): Parameters {
  const parts = URL_FORM.exec(text)?.groups;
  try {
    if (!parts || MISREAD_PASSWORD.test(text)) throw new Error("not a URL of PostgreSQL");
    const { login = "", hosts = "", path = "", query = "" } = parts;
    // URL knows nothing of several hosts; one of no scheme of the web it leaves as it is.
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
    // The error of the parser would carry the URL, and with it the password.
    throw new PgIndexError(unreadableUrlAdvice());
  }
}

/**
 * The parameters after the question mark, where a plus sign is a plus sign. `ssl=true` is JDBC's
 * word.
 */
function readQuery(query: string): Parameters {
  const { ssl, ...parameters } = Object.fromEntries(
    new URLSearchParams(query.replaceAll("+", "%2B")),
  );
  return ssl === "true" || ssl === "1" ? { sslmode: "require", ...parameters } : parameters;
}

/** An address in brackets is IPv6; a slash begins a folder of sockets, and is %2F in a URL. */
const HOST_FORM = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>\d*))?$/;

/** Hosts and ports as two lists of one length. */
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
