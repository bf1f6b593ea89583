// The API's client: an address in, the typed answer out, or a Failure that can be shown to a person.
import type { Problem, SignalHistory, SignalList, VehicleDetail, VehicleList } from "../types.ts";
import { setServerNow } from "./clock.ts";

const API = "/api/v1";
/** Longer than a slow store takes; a phone in a tunnel is told rather than left waiting. */
const ANSWER_TIMEOUT_MS = 20_000;

/** What went wrong with a request, in words for the page. */
export class Failure extends Error {
  /** HTTP status, or 0 where there was no answer. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export function vehicleAddress(id: string): string {
  return `/vehicles/${encodeURIComponent(id)}`;
}

export function fetchVehicles(signal: AbortSignal): Promise<VehicleList> {
  return fetchJson<VehicleList>("/vehicles", signal);
}

export function fetchVehicle(id: string, signal: AbortSignal): Promise<VehicleDetail> {
  return fetchJson<VehicleDetail>(vehicleAddress(id), signal);
}

export function fetchSignals(id: string, signal: AbortSignal): Promise<SignalList> {
  return fetchJson<SignalList>(`${vehicleAddress(id)}/signals`, signal);
}

export interface HistoryQuestion {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

export function fetchHistory(id: string, question: HistoryQuestion, signal: AbortSignal): Promise<SignalHistory> {
  const { path, fromMs, toMs, points } = question;
  const query = new URLSearchParams({
    path,
    from: String(Math.floor(fromMs)),
    to: String(Math.ceil(toMs)),
    points: String(points),
  });
  return fetchJson<SignalHistory>(`${vehicleAddress(id)}/history?${query}`, signal);
}

export function eventsAddress(vehicle: string | undefined, paths: readonly string[]): string {
  const query = new URLSearchParams(paths.map((path) => ["path", path]));
  const address = vehicle === undefined ? `${API}/events` : `${API}${vehicleAddress(vehicle)}/events`;
  return paths.length === 0 ? address : `${address}?${query}`;
}

async function fetchJson<Answer extends { readonly nowMs: number }>(
  address: string,
  signal: AbortSignal,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`${API}${address}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      headers: { accept: "application/json" },
    });
    if (!response.ok) throw await failureOf(response);
    const answer = (await response.json()) as Answer;
    setServerNow(answer.nowMs);
    return answer;
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error;
    throw new Failure("The fleet service does not answer. It may be restarting, or this device may be offline.", 0);
  }
}

async function failureOf(response: Response): Promise<Failure> {
  if (response.headers.get("content-type")?.startsWith("application/problem+json") === true) {
    const problem = (await response.json()) as Problem;
    return new Failure(problem.detail, response.status);
  }
  return new Failure(`The fleet service answered with an error (HTTP ${response.status}).`, response.status);
}
