// The operator's web server: the built page, the JSON API and the event streams, on one port. It only reads the store. Closing it
// ends the open streams at once.

import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from "fastify";
import { OperatingError } from "../../errors.ts";
import type { Store } from "../store/store.ts";
import { serveApi } from "./api.ts";
import type { FleetEvents } from "./events.ts";
import { setSecurityHeaders } from "./headers.ts";
import { hostGuard } from "./host.ts";
import { tellLive } from "./live.ts";
import { type Refusal, refuse, sendProblem } from "./problems.ts";
import { Streams } from "./streams.ts";

/** Every request is a GET without a body. */
const BODY_BYTES_MAX = 1_024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longest part of a path that is matched to a parameter; a vehicle's id has 64 characters. */
const PARAMETER_LENGTH_MAX = 128;

export class WebError extends OperatingError {}

export interface WebOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Names, besides the host, under which the page is reached: behind a proxy, say. */
  readonly names?: readonly string[];
  readonly store: Store;
  readonly events: FleetEvents;
  readonly log: FastifyBaseLogger;
  /** Folder of the built page: index.html and assets/. */
  readonly pageDir: string;
}

export interface Web {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws WebError WEB_PORT_IN_USE, WEB_CANNOT_LISTEN, WEB_PAGE_NOT_BUILT */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { host, port, names = [], store, events, log, pageDir } = options;
  if (!existsSync(join(pageDir, "index.html"))) {
    throw new WebError(`The built page is not at ${pageDir}.`, {
      code: "WEB_PAGE_NOT_BUILT",
      remedy: "Build it with: npm run build",
    });
  }
  const server = fastify({
    loggerInstance: log,
    // Each page in sight asks many times a minute; failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    forceCloseConnections: true,
  });
  const streams = new Streams();
  const stopTelling = tellLive(store, events, streams, log);
  const close = async () => {
    stopTelling();
    streams.close();
    await server.close();
  };
  try {
    const guard = hostGuard(host, names);
    if (guard !== undefined) server.addHook("onRequest", guard);
    else log.warn({ host }, "the page has no log-in, and is served beyond this machine");
    serve(server, store, streams, pageDir);
    await server.ready();
    await server.listen({ host, port });
  } catch (cause) {
    await close();
    throw explain(cause, options);
  }
  return { url: urlOf(host, server.server.address() as AddressInfo), close };
}

function serve(server: FastifyInstance, store: Store, streams: Streams, pageDir: string): void {
  server.addHook("onRequest", setSecurityHeaders);
  server.setErrorHandler<Refusal>((error, request, reply) => refuse(request, reply, error));
  server.register(async (scope) => serveApi(scope, store, streams), { prefix: "/api/v1" });
  server.get("/healthz", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    await store.vehicle("healthz");
    return { status: "ok", streams: streams.size };
  });
  servePage(server, pageDir);
}

function servePage(server: FastifyInstance, pageDir: string): void {
  server.register(fastifyStatic, {
    root: pageDir,
    index: false,
    wildcard: true,
    dotfiles: "ignore",
    cacheControl: false,
    // Names of assets carry a hash of their content; the documents that name them are asked for again each time.
    setHeaders: (reply, path) => {
      reply.header("cache-control", path.endsWith(".html") ? "no-cache" : "public, max-age=31536000, immutable");
    },
  });
  const page = (reply: FastifyReply, status: number) => reply.code(status).sendFile("index.html");
  server.get("/", (_request, reply) => page(reply, 200));
  server.get("/vehicles/:id", (_request, reply) => page(reply, 200));
  server.setNotFoundHandler((request, reply) => {
    if (request.method === "GET" && request.headers.accept?.includes("text/html")) return page(reply, 404);
    return sendProblem(reply, 404, "WEB_NO_SUCH_ADDRESS", "There is nothing at this address.");
  });
}

function explain(cause: unknown, { host, port }: WebOptions): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new WebError(`Port ${port} on ${host} is in use by another program.`, {
      code: "WEB_PORT_IN_USE",
      remedy: `Stop that program (find it with: ss -ltnp 'sport = :${port}'), or choose another port.`,
      cause,
    });
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new WebError(`The page cannot be served at ${host}, port ${port} (${String(code)}).`, {
      code: "WEB_CANNOT_LISTEN",
      remedy: "Choose an address of this machine, and a port above 1023.",
      cause,
    });
  }
  return cause;
}

function urlOf(host: string, { port }: AddressInfo): string {
  const name = host === "0.0.0.0" || host === "::" || host === "127.0.0.1" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
