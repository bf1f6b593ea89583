// A vehicle's buses: a table (cards where it is narrow) that says how each is, since when the last frame came, and what was lost; and,
// on demand, everything that was counted between a frame and its acknowledged datapoint.
import type { Bus, BusReport, Vehicle } from "../types.ts";
import {
  type Condition,
  conditionOf,
  countSections,
  formatBitRate,
  listenOnlyWarning,
  lossesOf,
  type Tone,
  timestampWords,
} from "./bus-words.ts";
import { formatCount } from "./format.ts";
import { useMedia } from "./hooks.ts";
import { ToneIcon } from "./icons.tsx";
import { Fact } from "./list.tsx";
import { Ago } from "./parts.tsx";

interface BusesProps {
  readonly buses: readonly Bus[];
  readonly isCurrent: boolean;
}

export function BusesPanel({ report, vehicle }: { report: BusReport; vehicle: Vehicle }) {
  const isNarrow = useMedia("(max-width: 900px)");
  const { buses, saidMs } = report;
  // What was well when the vehicle was last heard of is not known to be well.
  const isCurrent = vehicle.presence.state === "online";
  return (
    <section class="buses" aria-labelledby="buses-title">
      <div class="buses-head">
        <h2 id="buses-title">Buses</h2>
        {!isCurrent && (
          <p class="aside">
            As the vehicle said last, <Ago timeMs={saidMs} />
          </p>
        )}
      </div>
      {isNarrow ? (
        <BusCards buses={buses} isCurrent={isCurrent} />
      ) : (
        <>
          <BusTable buses={buses} isCurrent={isCurrent} />
          <Counts buses={buses} />
        </>
      )}
    </section>
  );
}

function BusTable({ buses, isCurrent }: BusesProps) {
  return (
    <table class="bus-table">
      <caption class="hidden">How each bus is received</caption>
      <thead>
        <tr>
          <th scope="col">Bus</th>
          <th scope="col">State</th>
          <th scope="col">Last frame</th>
          <th scope="col" class="number">
            Received
          </th>
          <th scope="col">Lost frames</th>
          <th scope="col">Times are taken</th>
        </tr>
      </thead>
      <tbody>
        {buses.map((bus) => (
          <tr key={bus.name}>
            <th scope="row">
              <BusName bus={bus} />
            </th>
            <td class="bus-state">
              <State bus={bus} isCurrent={isCurrent} />
            </td>
            <td class="bus-last">
              <LastFrame bus={bus} />
            </td>
            <td class="number">
              <Received bus={bus} />
            </td>
            <td>
              <Losses bus={bus} />
            </td>
            <td>{bus.name === "" ? <NotApplicable /> : timestampWords(bus)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BusCards({ buses, isCurrent }: BusesProps) {
  return (
    <ul class="bus-cards">
      {buses.map((bus) => (
        <li key={bus.name}>
          <h3>
            <BusName bus={bus} />
          </h3>
          <State bus={bus} isCurrent={isCurrent} />
          <dl class="facts">
            <Fact name="Last frame">
              <LastFrame bus={bus} />
            </Fact>
            <Fact name="Received">
              <Received bus={bus} />
            </Fact>
            <Fact name="Lost frames">
              <Losses bus={bus} />
            </Fact>
            <Fact name="Times are taken">{bus.name === "" ? <NotApplicable /> : timestampWords(bus)}</Fact>
          </dl>
          <Counts buses={[bus]} />
        </li>
      ))}
    </ul>
  );
}

function titleOf({ name }: Bus): string {
  return name === "" ? "Other" : name;
}

function BusName({ bus }: { bus: Bus }) {
  const { name, interface: face, bitRate, reader } = bus;
  const notes = [
    ...(face === "" || face === name ? [] : [`interface ${face}`]),
    ...(bitRate === 0 ? [] : [formatBitRate(bitRate)]),
    ...(reader === "socketcan" ? ["fallback reader"] : []),
  ];
  return (
    <>
      <span class="bus-name">{titleOf(bus)}</span>
      {notes.length > 0 && <span class="aside bus-notes">{notes.join(", ")}</span>}
    </>
  );
}

function State({ bus, isCurrent }: { bus: Bus; isCurrent: boolean }) {
  const condition: Condition = conditionOf(bus);
  const warning = listenOnlyWarning(bus);
  return (
    <>
      <Toned tone={isCurrent || condition.tone !== "good" ? condition.tone : "none"}>{condition.word}</Toned>
      {condition.meaning !== undefined && <p class="bus-meaning">{condition.meaning}</p>}
      {warning !== undefined && (
        <p class="bus-meaning bus-warning">
          <Toned tone="warn">{warning}</Toned>
        </p>
      )}
    </>
  );
}

function LastFrame({ bus }: { bus: Bus }) {
  if (bus.name === "" || bus.state === "replay") return <NotApplicable />;
  return <Ago timeMs={bus.lastFrameMs} />;
}

function Received({ bus: { counters } }: { bus: Bus }) {
  const received = counters["frames_received"];
  const admitted = counters["frames_admitted"];
  if (received === undefined) return <NotApplicable />;
  return (
    <>
      <span class="bus-number">{formatCount(received)}</span>
      {admitted !== undefined && received > admitted && (
        <span class="aside bus-notes bus-denied">{formatCount(received - admitted)} denied</span>
      )}
    </>
  );
}

function Losses({ bus }: { bus: Bus }) {
  if (bus.name === "") return <NotApplicable />;
  const { tone, text } = lossesOf(bus);
  return tone === "none" ? <span class="none">{text}</span> : <Toned tone={tone}>{text}</Toned>;
}

/** The word says it all; icon and colour only draw the eye. */
function Toned({ tone, children }: { tone: Tone; children: preact.ComponentChildren }) {
  return (
    <span class={`tone tone-${tone}`}>
      <ToneIcon tone={tone} />
      <span>{children}</span>
    </span>
  );
}

function NotApplicable() {
  return (
    <span class="none">
      <span aria-hidden="true">–</span>
      <span class="hidden">does not apply</span>
    </span>
  );
}

function Counts({ buses }: { buses: readonly Bus[] }) {
  return (
    <details class="counts">
      <summary>
        All counts<span class="hidden"> of {buses.map(titleOf).join(", ")}</span>
        <span class="counts-way">, from the frame to the acknowledged datapoint</span>
      </summary>
      <table class="counts-table">
        <caption class="hidden">Counts of each bus since the gateway started</caption>
        <thead>
          <tr>
            <th scope="col">Since the gateway started</th>
            {buses.map((bus) => (
              <th scope="col" class="number" key={bus.name}>
                {titleOf(bus)}
              </th>
            ))}
          </tr>
        </thead>
        {countSections(buses).map(({ title, rows }) => (
          <tbody key={title}>
            <tr>
              <th scope="rowgroup" class="counts-heading" colSpan={buses.length + 1}>
                {title}
              </th>
            </tr>
            {rows.map(({ label, isPart, counts }) => (
              <tr key={label}>
                <th scope="row" class={isPart ? "counts-part" : undefined}>
                  {label}
                </th>
                {counts.map((count, index) => (
                  <td class="number" key={buses[index]?.name ?? ""}>
                    {count === undefined ? (
                      "cannot be counted"
                    ) : count === null ? (
                      <NotApplicable />
                    ) : (
                      formatCount(count)
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </details>
  );
}
