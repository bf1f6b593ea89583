// All vehicles: a table where there is room, cards on a phone; searched and sorted here, kept current by events.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Vehicle } from "../types.ts";
import { eventsAddress, fetchVehicles, vehicleAddress } from "./client.ts";
import { formatBytes, formatCount } from "./format.ts";
import { useAnswer, useMedia } from "./hooks.ts";
import { SearchIcon } from "./icons.tsx";
import { COLUMNS, type Column, type Order, sortVehicles } from "./order.ts";
import { Ago, FailureNotice, Loading, Notice, PresenceBadge } from "./parts.tsx";
import { LiveStream } from "./stream.ts";

export function VehiclesView() {
  const { content, error, ask } = useAnswer(fetchVehicles);
  const news = useNews(ask);
  const vehicles = useMemo(() => {
    const known = new Map(content?.vehicles.map((vehicle) => [vehicle.id, vehicle]));
    for (const [id, vehicle] of news) known.set(id, vehicle);
    return [...known.values()];
  }, [content, news]);
  useEffect(() => {
    document.title = "Vehicles · canward";
  }, []);
  return (
    <main id="main" tabIndex={-1} class="list">
      <div class="title-line">
        <h1>Vehicles</h1>
        {vehicles.length > 0 && <Tally vehicles={vehicles} />}
      </div>
      {error !== undefined && content === undefined && (
        <FailureNotice what="The vehicles could not be loaded" error={error} retry={ask} />
      )}
      {error === undefined && content === undefined && <Loading what="Loading vehicles…" />}
      {content !== undefined && (vehicles.length === 0 ? <NoVehicles /> : <Vehicles vehicles={vehicles} />)}
    </main>
  );
}

/** What events said of vehicles since the list was loaded. */
function useNews(ask: () => void): ReadonlyMap<string, Vehicle> {
  const [news, setNews] = useState<ReadonlyMap<string, Vehicle>>(new Map());
  useEffect(() => {
    const waiting = new Map<string, Vehicle>();
    let frame = 0;
    const stream = new LiveStream(eventsAddress(undefined, []), {
      opened: (again) => again && ask(),
      vehicle: (vehicle) => {
        waiting.set(vehicle.id, vehicle);
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          setNews((before) => new Map([...before, ...waiting]));
        });
      },
    });
    return () => {
      cancelAnimationFrame(frame);
      stream.close();
    };
  }, [ask]);
  return news;
}

function Tally({ vehicles }: { vehicles: readonly Vehicle[] }) {
  const count = (state: string) => vehicles.filter(({ presence }) => presence.state === state).length;
  const parts = (["online", "offline", "lost", "unknown"] as const)
    .map((state) => ({ state, number: count(state) }))
    .filter(({ number }) => number > 0);
  return (
    <p class="tally">
      {parts.map(({ state, number }) => (
        <span key={state}>
          {number} {state}
        </span>
      ))}
    </p>
  );
}

function NoVehicles() {
  return (
    <Notice title="No vehicle has been heard of yet" tone="empty">
      <p>
        A vehicle appears here by itself, within seconds of its gateway’s first message to the broker. Nothing has to be
        entered.
      </p>
      <ol>
        <li>
          Start a gateway: <code>canward run --config FILE</code>, or everything at once: <code>canward demo</code>.
        </li>
        <li>See that the gateway and this fleet service name the same broker in their configuration.</li>
        <li>If it still stays empty, the gateway’s log says what it waits for.</li>
      </ol>
    </Notice>
  );
}

function Vehicles({ vehicles }: { vehicles: readonly Vehicle[] }) {
  const isNarrow = useMedia("(max-width: 760px)");
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<Order>({ by: "id", down: false });
  const wanted = search.trim().toLowerCase();
  const shown = sortVehicles(vehicles, order).filter(({ id, policyVersion, softwareVersion }) =>
    [id, policyVersion, softwareVersion].some((text) => text?.toLowerCase().includes(wanted) === true),
  );
  return (
    <>
      <div class="controls">
        <label class="search">
          <span class="hidden">Search vehicles by id, policy or software</span>
          <SearchIcon />
          <input
            type="search"
            placeholder="Search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        {isNarrow && <SortSelect order={order} setOrder={setOrder} />}
      </div>
      {shown.length === 0 && (
        <p class="loading" role="status">
          No vehicle matches “{search}”.
        </p>
      )}
      {shown.length > 0 &&
        (isNarrow ? <Cards vehicles={shown} /> : <Table vehicles={shown} order={order} setOrder={setOrder} />)}
    </>
  );
}

interface Sorting {
  readonly order: Order;
  readonly setOrder: (order: Order) => void;
}

function SortSelect({ order, setOrder }: Sorting) {
  return (
    <label class="sort">
      <span class="hidden">Sort by</span>
      <select value={order.by} onChange={(event) => setOrder(firstOrder(event.currentTarget.value as Column))}>
        {COLUMNS.map(({ column, label }) => (
          <option key={column} value={column}>
            Sort: {label.toLowerCase()}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What wants attention comes first: the newest datapoint, the largest backlog. */
function firstOrder(by: Column): Order {
  return { by, down: by === "last" || by === "backlog" };
}

function Table({ vehicles, order, setOrder }: Sorting & { vehicles: readonly Vehicle[] }) {
  return (
    <table class="vehicles">
      <caption class="hidden">Vehicles; the buttons in the headings sort</caption>
      <thead>
        <tr>
          {COLUMNS.map(({ column, label }) => {
            const isSorted = order.by === column;
            return (
              <th
                key={column}
                scope="col"
                class={`col-${column}`}
                aria-sort={isSorted ? (order.down ? "descending" : "ascending") : "none"}
              >
                <button
                  type="button"
                  class="sort-button"
                  onClick={() => setOrder(isSorted ? { by: column, down: !order.down } : firstOrder(column))}
                >
                  {label}
                  <span class="sort-arrow" aria-hidden="true">
                    {isSorted ? (order.down ? "↓" : "↑") : ""}
                  </span>
                </button>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {vehicles.map((vehicle) => (
          <tr key={vehicle.id}>
            <th scope="row" class="col-id">
              <a class="row-link" href={vehicleAddress(vehicle.id)}>
                {vehicle.id}
              </a>
            </th>
            <td class="col-presence">
              <PresenceBadge state={vehicle.presence.state} />
            </td>
            <td class="col-last">
              <Ago timeMs={vehicle.lastDatapointMs} />
            </td>
            <td class="col-backlog">
              <BacklogText vehicle={vehicle} />
            </td>
            <td class="col-policy">{vehicle.policyVersion ?? <span class="none">none</span>}</td>
            <td class="col-software">{vehicle.softwareVersion ?? <span class="none">unknown</span>}</td>
            <td class="col-signals">{formatCount(vehicle.signals)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cards({ vehicles }: { vehicles: readonly Vehicle[] }) {
  return (
    <ul class="cards">
      {vehicles.map((vehicle) => (
        <li key={vehicle.id} class="card">
          <div class="card-head">
            <h2>
              <a class="row-link" href={vehicleAddress(vehicle.id)}>
                {vehicle.id}
              </a>
            </h2>
            <PresenceBadge state={vehicle.presence.state} />
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
          </dl>
        </li>
      ))}
    </ul>
  );
}

export function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function BacklogText({ vehicle: { backlog } }: { vehicle: Vehicle }) {
  if (backlog === null) return <span class="none">unknown</span>;
  if (backlog.segments === 0) return <span class="none">empty</span>;
  return (
    <span class="backlog">
      {formatBytes(backlog.bytes)}
      <span class="aside">
        {" "}
        in {formatCount(backlog.segments)} {backlog.segments === 1 ? "segment" : "segments"}
        {backlog.oldestMs !== null && (
          <>
            , oldest <Ago timeMs={backlog.oldestMs} short />
          </>
        )}
      </span>
    </span>
  );
}
