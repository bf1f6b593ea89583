// Refusals of the API: each is an HTTP status and a problem document (RFC 9457) that says in a sentence what was wrong with the
// request. What goes wrong inside is logged, and told to the caller without its details.

import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "./types.ts";

/** Thrown by a route, answered as problem+json. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | undefined;

  constructor(status: number, code: string, detail: string, retryAfterS?: number) {
    super(detail);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

export function refuse(request: FastifyRequest, reply: FastifyReply, error: FastifyError | Refusal): FastifyReply {
  if (error instanceof Refusal) {
    if (error.retryAfterS !== undefined) reply.header("retry-after", String(error.retryAfterS));
    return sendProblem(reply, error.status, error.code, error.message);
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return sendProblem(reply, status, "WEB_BAD_REQUEST", "The request is malformed.");
  request.log.error({ err: error, route: request.routeOptions.url }, "web: a request failed");
  return sendProblem(
    reply,
    500,
    "WEB_STORE_FAILED",
    "The store did not answer. The fleet service's log says why; trying again may help.",
  );
}

export function sendProblem(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  const problem: Problem = { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, code };
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify(problem));
}
