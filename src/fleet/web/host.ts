// Under which names the page answers. A page of somebody else's that makes its own name point to this machine (DNS
// rebinding) must not read what the fleet holds, and there is no log-in that would stop it.
import type { FastifyRequest } from "fastify";
import { Refusal } from "./problems.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.includes(":") ? `[${host}]` : host);
}

/** A hook that refuses other hosts; undefined where any may be meant, since the page listens to more than this machine. */
export function hostGuard(
  host: string,
  names: readonly string[],
): ((request: FastifyRequest) => Promise<void>) | undefined {
  if (!isLoopback(host) && names.length === 0) return undefined;
  const known = new Set([...LOOPBACK, host, ...names].map((name) => name.toLowerCase()));
  return async ({ headers }) => {
    const asked = (headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
    if (!known.has(asked)) {
      throw new Refusal(
        421,
        "WEB_UNKNOWN_HOST",
        "This service does not answer under that name. Add it to `web.names`.",
      );
    }
  };
}
