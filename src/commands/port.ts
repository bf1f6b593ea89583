// Whether a page can be served where it is wanted, asked before anything is made on disk: a program that is there already must
// not leave an empty store behind.
import { once } from "node:events";
import { createServer } from "node:net";
import { OperatingError } from "../errors.ts";

/** Throws where the port cannot be listened on. `otherwise` says how another one is chosen, for the end of a sentence. */
export async function demandFreePort(host: string, port: number, otherwise: string): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw explain(cause, host, port, otherwise);
  }
  server.close();
  await once(server, "close");
}

function explain(cause: unknown, host: string, port: number, otherwise: string): OperatingError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "EADDRINUSE") {
    return new OperatingError(`port ${port} on ${host} is in use by another program`, {
      code: "PORT_IN_USE",
      remedy: `Stop that program (find it with: ss -ltnp 'sport = :${port}'), or choose another: ${otherwise}`,
      cause,
    });
  }
  const why = code === "EACCES" ? "this user may not listen there" : code || String(cause);
  return new OperatingError(`the page cannot be served at ${host}, port ${port}: ${why}`, {
    code: "PORT_REFUSED",
    remedy: `Choose an address of this machine and a port above 1023: ${otherwise}`,
    cause,
  });
}
