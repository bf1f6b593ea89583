// The JSON API under /api/v1: what the store knows, read-only, for the page and for scripts. Inputs are checked before the store is
// asked; answers are the types of types.ts, and never cached.
import type { FastifyInstance } from "fastify";
import type { Store, VehicleSummary } from "../store/store.ts";
import { toBuses, toHistory, toSignal, toValue, toVehicle } from "./answers.ts";
import { checkHistory, checkNoQuery, checkStream, checkVehicle } from "./checks.ts";
import { Refusal } from "./problems.ts";
import type { Streams } from "./streams.ts";
import type { SignalHistory, SignalList, VehicleDetail, VehicleList } from "./types.ts";

export function serveApi(server: FastifyInstance, store: Store, streams: Streams): void {
  server.addHook("onRequest", async (_request, reply) => void reply.header("cache-control", "no-store"));

  server.get("/vehicles", async (request): Promise<VehicleList> => {
    checkNoQuery(request.query);
    const summaries = await store.vehicles();
    return { nowMs: Date.now(), vehicles: summaries.map(toVehicle) };
  });

  server.get("/vehicles/:id", async (request): Promise<VehicleDetail> => {
    checkNoQuery(request.query);
    const summary = await known(store, checkVehicle(request.params));
    const extent = await store.extent(summary.id);
    return { nowMs: Date.now(), vehicle: toVehicle(summary), buses: toBuses(summary), extent: extent ?? null };
  });

  server.get("/vehicles/:id/signals", async (request): Promise<SignalList> => {
    checkNoQuery(request.query);
    const { id } = await known(store, checkVehicle(request.params));
    const latest = await store.latest(id);
    const signals = latest.map((value) => ({ ...toSignal(value.entry), latest: toValue(value) }));
    return { nowMs: Date.now(), signals };
  });

  server.get("/vehicles/:id/history", async (request): Promise<SignalHistory> => {
    const id = checkVehicle(request.params);
    const { path, fromMs, toMs, points } = checkHistory(request.query);
    await known(store, id);
    const history = await store.history(id, path, fromMs, toMs, points);
    if (history === undefined) {
      throw new Refusal(404, "WEB_NO_SUCH_SIGNAL", `Vehicle ${id} has no signal ${path} in its catalogue.`);
    }
    return toHistory(history, await store.extent(id), Date.now());
  });

  server.get("/vehicles/:id/events", async (request, reply) => {
    const id = checkVehicle(request.params);
    const paths = checkStream(request.query);
    await known(store, id);
    streams.open(reply, { vehicle: id, paths });
  });

  server.get("/events", async (request, reply) => {
    checkNoQuery(request.query);
    streams.open(reply, { vehicle: undefined, paths: [] });
  });
}

async function known(store: Store, id: string): Promise<VehicleSummary> {
  const summary = await store.vehicle(id);
  if (summary === undefined) {
    throw new Refusal(404, "WEB_NO_SUCH_VEHICLE", `No vehicle ${id} has been heard of.`);
  }
  return summary;
}
