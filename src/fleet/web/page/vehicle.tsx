// One vehicle: its facts, its signals, and the chart of the chosen ones. On a narrow screen the chart takes the place of the signals;
// on a wide one both stand side by side. What is chosen and which span is shown stands in the address.
import { useCallback, useEffect, useMemo } from "preact/hooks";
import type { Signal, Vehicle } from "../types.ts";
import { BusesPanel } from "./buses.tsx";
import { ChartPanel } from "./chart/panel.tsx";
import { queryOf, type View, viewOf } from "./chart/view.ts";
import { Failure, vehicleAddress } from "./client.ts";
import { formatCount } from "./format.ts";
import { useMedia } from "./hooks.ts";
import { BackIcon } from "./icons.tsx";
import { BacklogText, Fact } from "./list.tsx";
import { Ago, FailureNotice, Loading, Notice, PresenceBadge } from "./parts.tsx";
import { go, type Place } from "./router.ts";
import { type Session, useSession } from "./session.ts";
import { SignalsPanel } from "./signals.tsx";

/** Two lines have an axis each; more would not. */
export const CHARTED_MAX = 2;

export function VehicleView({ id, place }: { id: string; place: Place }) {
  const paths = useMemo(() => [...new Set(place.query.getAll("path"))].slice(0, CHARTED_MAX), [place]);
  const session = useSession(id, paths);
  const { vehicle, detail } = session;
  useEffect(() => {
    document.title = `${id} · canward`;
  }, [id]);
  if (vehicle === undefined) {
    return (
      <main id="main" tabIndex={-1} class="vehicle">
        <h1>{id}</h1>
        {detail.error === undefined ? <Loading what={`Loading ${id}…`} /> : <Unknown id={id} session={session} />}
      </main>
    );
  }
  return (
    <main id="main" tabIndex={-1} class={`vehicle${paths.length > 0 ? " has-chart" : ""}`}>
      <VehicleHead vehicle={vehicle} />
      {session.buses !== null && <BusesPanel report={session.buses} vehicle={vehicle} />}
      <Signals id={id} place={place} paths={paths} session={session} vehicle={vehicle} />
    </main>
  );
}

function Unknown({ id, session: { detail, signals } }: { id: string; session: Session }) {
  if (detail.error instanceof Failure && detail.error.status === 404) {
    return (
      <Notice title="No vehicle of this name has been heard of" tone="empty">
        <p>
          Nothing has come from <strong>{id}</strong>. The link may be mistyped, or the vehicle has not sent its first
          message yet.
        </p>
        <p>
          <a href="/">All vehicles</a>
        </p>
      </Notice>
    );
  }
  const retry = () => {
    detail.ask();
    signals.ask();
  };
  return <FailureNotice what="The vehicle could not be loaded" error={detail.error} retry={retry} />;
}

function VehicleHead({ vehicle }: { vehicle: Vehicle }) {
  return (
    <div class="vehicle-head">
      <div class="title-line">
        <h1>{vehicle.id}</h1>
        <PresenceBadge state={vehicle.presence.state} />
        {vehicle.presence.sinceMs !== null && vehicle.presence.state !== "online" && (
          <span class="aside">
            since <Ago timeMs={vehicle.presence.sinceMs} />
          </span>
        )}
      </div>
      <dl class="facts">
        <Fact name="Last datapoint">
          <Ago timeMs={vehicle.lastDatapointMs} />
        </Fact>
        <Fact name="Backlog">
          <BacklogText vehicle={vehicle} />
        </Fact>
        <Fact name="Policy">{vehicle.policyVersion ?? <span class="none">none</span>}</Fact>
        <Fact name="Software">{vehicle.softwareVersion ?? <span class="none">unknown</span>}</Fact>
        <Fact name="Signals">{formatCount(vehicle.signals)}</Fact>
      </dl>
    </div>
  );
}

interface SignalsProps {
  readonly id: string;
  readonly place: Place;
  readonly paths: readonly string[];
  readonly session: Session;
  readonly vehicle: Vehicle;
}

function Signals({ id, place, paths, session, vehicle }: SignalsProps) {
  const { signals, board, feed, extent } = session;
  const isNarrow = useMedia("(max-width: 900px)");
  const view = useMemo(() => viewOf(place.query), [place]);
  const list: readonly Signal[] | undefined = signals.content?.signals;
  const address = useCallback((to: readonly string[]) => vehicleAddress(id) + queryOf(to, view), [id, view]);
  const show = useCallback(
    (next: View, how: "push" | "replace") => go(vehicleAddress(id) + queryOf(paths, next), how),
    [id, paths],
  );
  // Beside the list there is room for a chart from the start.
  const first = list === undefined ? undefined : (list.find(({ path }) => path === "Vehicle.Speed") ?? list[0]);
  useEffect(() => {
    if (!isNarrow && paths.length === 0 && first !== undefined) go(address([first.path]), "replace");
  }, [isNarrow, paths, first, address]);

  if (list === undefined) {
    return signals.error === undefined ? (
      <Loading what="Loading signals…" />
    ) : (
      <FailureNotice what="The signals could not be loaded" error={signals.error} retry={signals.ask} />
    );
  }
  if (list.length === 0) return <NoSignals />;
  const charted = paths.flatMap((path) => list.find((signal) => signal.path === path) ?? []);
  const isDetail = isNarrow && paths.length > 0;
  return (
    <>
      {isDetail && (
        <a class="back" href={vehicleAddress(id)}>
          <BackIcon /> All signals
        </a>
      )}
      <div class="vehicle-body">
        {!isDetail && <SignalsPanel signals={list} board={board} charted={paths} address={address} />}
        {charted.length > 0 && (
          <ChartPanel
            vehicle={vehicle}
            signals={charted}
            board={board}
            feed={feed}
            extent={extent}
            view={view}
            show={show}
            address={address}
          />
        )}
        {charted.length === 0 && paths.length > 0 && (
          <Notice title="This vehicle has no such signal" tone="empty">
            <p>
              <code>{paths[0]}</code> is not in its catalogue. The allow-list may have changed since the link was made.
            </p>
          </Notice>
        )}
      </div>
    </>
  );
}

function NoSignals() {
  return (
    <Notice title="No signals yet" tone="empty">
      <p>
        The vehicle has not sent its catalogue. It does so when its gateway connects; if this stays, its allow-list may
        admit nothing.
      </p>
    </Notice>
  );
}
