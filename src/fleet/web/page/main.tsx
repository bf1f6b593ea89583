// The page's beginning: what the address says is shown, and whatever fails in showing it is told, never a blank page.
import { render } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { Header } from "./header.tsx";
import { VehiclesView } from "./list.tsx";
import { FailureNotice, Notice } from "./parts.tsx";
import { type Place, usePlace } from "./router.ts";
import { VehicleView } from "./vehicle.tsx";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/list.css";
import "./style/vehicle.css";
import "./style/buses.css";
import "./style/chart.css";

const VEHICLE_PLACE = /^\/vehicles\/([A-Za-z0-9_-]{1,64})\/?$/;

function Page() {
  const place = usePlace();
  const vehicle = VEHICLE_PLACE.exec(place.path)?.[1];
  return (
    <>
      <Header vehicle={vehicle} />
      <Content place={place} vehicle={vehicle} />
    </>
  );
}

function Content({ place, vehicle }: { place: Place; vehicle: string | undefined }) {
  const [error] = useErrorBoundary();
  if (error !== undefined) {
    return (
      <main id="main" tabIndex={-1}>
        <FailureNotice what="The page failed" error={undefined} retry={() => location.reload()} />
      </main>
    );
  }
  if (vehicle !== undefined) return <VehicleView key={vehicle} id={vehicle} place={place} />;
  if (place.path === "/") return <VehiclesView />;
  return (
    <main id="main" tabIndex={-1}>
      <Notice title="There is no such page" tone="empty">
        <p>
          <a href="/">All vehicles</a>
        </p>
      </Notice>
    </main>
  );
}

const root = document.querySelector("#page");
if (root !== null) render(<Page />, root);
