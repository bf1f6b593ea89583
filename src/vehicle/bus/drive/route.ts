// Waypoints in, a closed road out: tables by the distance along it of position, height, heading, curvature and the speed
// that its limits and bends permit. The road goes round Pune the way one would drive; it is drawn by hand, from no map.
import { chance } from "./random.ts";

/** Metres of a degree at 18.5 degrees north. */
const METRES_PER_DEGREE_LATITUDE = 110_670;
const METRES_PER_DEGREE_LONGITUDE = 105_580;

/** Distance between two rows of the tables. */
export const ROUTE_STEP_M = 5;
/** What a passenger does not mind in a bend. */
const LATERAL_ACCELERATION_MAX_MPS2 = 2;
/** How gently the driver slows for a bend or a lower limit, and speeds up behind it. */
const SPEED_CHANGE_MPS2 = 0.9;

interface Waypoint {
  readonly name: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeM: number;
  /** From here on. */
  readonly limitKmh: number;
}

const WAYPOINTS: readonly Waypoint[] = [
  { name: "Shivajinagar", latitudeDeg: 18.5312, longitudeDeg: 73.8446, altitudeM: 556, limitKmh: 40 },
  { name: "Ganeshkhind Road", latitudeDeg: 18.5421, longitudeDeg: 73.8312, altitudeM: 563, limitKmh: 50 },
  { name: "University circle", latitudeDeg: 18.5508, longitudeDeg: 73.8243, altitudeM: 570, limitKmh: 50 },
  { name: "Aundh", latitudeDeg: 18.5597, longitudeDeg: 73.8082, altitudeM: 561, limitKmh: 50 },
  { name: "Baner", latitudeDeg: 18.5592, longitudeDeg: 73.7877, altitudeM: 574, limitKmh: 50 },
  { name: "Balewadi, charging park", latitudeDeg: 18.5741, longitudeDeg: 73.7712, altitudeM: 566, limitKmh: 60 },
  { name: "Wakad", latitudeDeg: 18.5962, longitudeDeg: 73.7607, altitudeM: 569, limitKmh: 60 },
  { name: "Hinjawadi, first phase", latitudeDeg: 18.5921, longitudeDeg: 73.7391, altitudeM: 578, limitKmh: 50 },
  { name: "Hinjawadi, second phase", latitudeDeg: 18.5828, longitudeDeg: 73.7189, altitudeM: 590, limitKmh: 60 },
  { name: "Maan", latitudeDeg: 18.5702, longitudeDeg: 73.7085, altitudeM: 596, limitKmh: 60 },
  { name: "Nande", latitudeDeg: 18.5553, longitudeDeg: 73.7186, altitudeM: 603, limitKmh: 70 },
  { name: "Mahalunge", latitudeDeg: 18.5631, longitudeDeg: 73.7482, altitudeM: 584, limitKmh: 60 },
  { name: "Highway at Sus", latitudeDeg: 18.5532, longitudeDeg: 73.7671, altitudeM: 581, limitKmh: 100 },
  { name: "Highway at Pashan", latitudeDeg: 18.5334, longitudeDeg: 73.7729, altitudeM: 592, limitKmh: 100 },
  { name: "Highway at Bavdhan", latitudeDeg: 18.5147, longitudeDeg: 73.7776, altitudeM: 612, limitKmh: 100 },
  { name: "Highway at Warje", latitudeDeg: 18.4861, longitudeDeg: 73.7952, altitudeM: 571, limitKmh: 100 },
  { name: "Highway at Wadgaon", latitudeDeg: 18.4655, longitudeDeg: 73.8207, altitudeM: 566, limitKmh: 100 },
  { name: "Katraj side road", latitudeDeg: 18.4611, longitudeDeg: 73.8441, altitudeM: 598, limitKmh: 60 },
  { name: "Dhankawadi", latitudeDeg: 18.4722, longitudeDeg: 73.8533, altitudeM: 580, limitKmh: 50 },
  { name: "Sinhagad Road", latitudeDeg: 18.4838, longitudeDeg: 73.8351, altitudeM: 557, limitKmh: 50 },
  { name: "Karve Nagar", latitudeDeg: 18.4902, longitudeDeg: 73.8191, altitudeM: 562, limitKmh: 40 },
  { name: "Kothrud", latitudeDeg: 18.5043, longitudeDeg: 73.8122, altitudeM: 575, limitKmh: 40 },
  { name: "Karve Road", latitudeDeg: 18.5081, longitudeDeg: 73.8297, altitudeM: 561, limitKmh: 40 },
  { name: "Deccan", latitudeDeg: 18.5171, longitudeDeg: 73.8405, altitudeM: 553, limitKmh: 40 },
];
/** The waypoint at which the charging park lies, and how far before it the car stops. */
const CHARGER_WAYPOINT = 5;

/** A row each `ROUTE_STEP_M`; the last row joins the first. */
export interface Route {
  readonly lengthM: number;
  readonly rows: number;
  readonly latitudesDeg: Float64Array;
  readonly longitudesDeg: Float64Array;
  readonly altitudesM: Float64Array;
  /** From north, clockwise; continuous from row to row, so not within 0 to 2π. */
  readonly headingsRad: Float64Array;
  /** Positive where the road bends to the left. */
  readonly curvaturesPerM: Float64Array;
  /** Rise per metre of the way. */
  readonly grades: Float64Array;
  /** What limits and bends permit. */
  readonly speedsMps: Float64Array;
  readonly limitsMps: Float64Array;
  /** Distance at which the charging park is. */
  readonly chargerAtM: number;
}

/** Makes the road. It is the same for every drive. */
export function createRoute(): Route {
  const knots = detail(WAYPOINTS);
  const dense = interpolate(knots);
  const route = resample(dense);
  shape(route);
  return route;
}

interface Knot {
  readonly eastM: number;
  readonly northM: number;
  readonly altitudeM: number;
  readonly limitMps: number;
  readonly charger: boolean;
}

/** Bends that the waypoints are too coarse for: each leg gets knots in between, a little beside the straight line. */
function detail(waypoints: readonly Waypoint[]): Knot[] {
  const knots: Knot[] = [];
  for (const [index, waypoint] of waypoints.entries()) {
    const next = waypoints[(index + 1) % waypoints.length] ?? waypoint;
    const eastM = waypoint.longitudeDeg * METRES_PER_DEGREE_LONGITUDE;
    const northM = waypoint.latitudeDeg * METRES_PER_DEGREE_LATITUDE;
    const alongEastM = next.longitudeDeg * METRES_PER_DEGREE_LONGITUDE - eastM;
    const alongNorthM = next.latitudeDeg * METRES_PER_DEGREE_LATITUDE - northM;
    const pieces = Math.max(2, Math.round(Math.hypot(alongEastM, alongNorthM) / 450));
    // A highway is straighter than a street.
    const sideways = waypoint.limitKmh >= 100 ? 0.1 : 0.22;
    for (let piece = 0; piece < pieces; piece++) {
      const part = piece / pieces;
      const aside = piece === 0 ? 0 : ((chance(1, index, piece) - 0.5) * sideways) / pieces;
      knots.push({
        eastM: eastM + alongEastM * part - alongNorthM * aside,
        northM: northM + alongNorthM * part + alongEastM * aside,
        altitudeM: waypoint.altitudeM + (next.altitudeM - waypoint.altitudeM) * part,
        limitMps: waypoint.limitKmh / 3.6,
        charger: index === CHARGER_WAYPOINT && piece === 0,
      });
    }
  }
  return knots;
}

const POINTS_PER_PIECE = 64;

/** A closed Catmull-Rom spline through the knots. */
function interpolate(knots: readonly Knot[]): Knot[] {
  const at = (index: number): Knot => {
    const knot = knots[(index + knots.length) % knots.length];
    if (knot === undefined) throw new Error("a route needs knots");
    return knot;
  };
  const dense: Knot[] = [];
  for (let index = 0; index < knots.length; index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    for (let point = 0; point < POINTS_PER_PIECE; point++) {
      const part = point / POINTS_PER_PIECE;
      const curve = (of: (knot: Knot) => number) => catmullRom(of(before), of(from), of(to), of(after), part);
      dense.push({
        eastM: curve((knot) => knot.eastM),
        northM: curve((knot) => knot.northM),
        altitudeM: curve((knot) => knot.altitudeM),
        limitMps: from.limitMps,
        charger: from.charger && point === 0,
      });
    }
  }
  return dense;
}

function catmullRom(before: number, from: number, to: number, after: number, part: number): number {
  const slope = (to - before) / 2;
  const slopeAfter = (after - from) / 2;
  const rise = to - from;
  const square = part * part;
  return (
    from + slope * part + (3 * rise - 2 * slope - slopeAfter) * square + (slope + slopeAfter - 2 * rise) * square * part
  );
}

/** The curve again, at even steps of the way. */
function resample(dense: readonly Knot[]): Route {
  const waysM = [0];
  for (const [index, knot] of dense.entries()) {
    const next = dense[(index + 1) % dense.length] ?? knot;
    waysM.push((waysM[index] ?? 0) + Math.hypot(next.eastM - knot.eastM, next.northM - knot.northM));
  }
  const totalM = waysM.at(-1) ?? 0;
  const rows = Math.round(totalM / ROUTE_STEP_M);
  const column = () => new Float64Array(rows);
  const chargerAtM = waysM[dense.findIndex((knot) => knot.charger)] ?? 0;
  const route = {
    lengthM: rows * ROUTE_STEP_M,
    rows,
    latitudesDeg: column(),
    longitudesDeg: column(),
    altitudesM: column(),
    headingsRad: column(),
    curvaturesPerM: column(),
    grades: column(),
    speedsMps: column(),
    limitsMps: column(),
    chargerAtM: Math.round(chargerAtM / ROUTE_STEP_M) * ROUTE_STEP_M,
  };
  let index = 0;
  for (let row = 0; row < rows; row++) {
    const wayM = (row * totalM) / rows;
    while ((waysM[index + 1] ?? totalM) <= wayM) index++;
    const [from, to] = [dense[index], dense[(index + 1) % dense.length]];
    if (from === undefined || to === undefined) break;
    const [fromM, toM] = [waysM[index] ?? 0, waysM[index + 1] ?? totalM];
    const part = (wayM - fromM) / (toM - fromM);
    route.latitudesDeg[row] = (from.northM + (to.northM - from.northM) * part) / METRES_PER_DEGREE_LATITUDE;
    route.longitudesDeg[row] = (from.eastM + (to.eastM - from.eastM) * part) / METRES_PER_DEGREE_LONGITUDE;
    route.altitudesM[row] = from.altitudeM + (to.altitudeM - from.altitudeM) * part;
    route.limitsMps[row] = from.limitMps;
  }
  return route;
}

/** Heading, grade and curvature from the positions, and from these the permitted speed. */
function shape(route: Route): void {
  const { rows, latitudesDeg, longitudesDeg, headingsRad } = route;
  const around = (column: Float64Array, row: number): number => column[(row + rows) % rows] ?? 0;
  for (let row = 0; row < rows; row++) {
    const eastM = (around(longitudesDeg, row + 1) - around(longitudesDeg, row - 1)) * METRES_PER_DEGREE_LONGITUDE;
    const northM = (around(latitudesDeg, row + 1) - around(latitudesDeg, row - 1)) * METRES_PER_DEGREE_LATITUDE;
    const heading = Math.atan2(eastM, northM);
    const before = row === 0 ? heading : (headingsRad[row - 1] ?? 0);
    headingsRad[row] = heading + 2 * Math.PI * Math.round((before - heading) / (2 * Math.PI));
    route.grades[row] = (around(route.altitudesM, row + 1) - around(route.altitudesM, row - 1)) / (2 * ROUTE_STEP_M);
  }
  for (let row = 0; row < rows; row++) {
    const turn = around(headingsRad, row + 1) - around(headingsRad, row - 1);
    const turnRad = turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
    route.curvaturesPerM[row] = -turnRad / (2 * ROUTE_STEP_M);
  }
  permitSpeeds(route);
}

function permitSpeeds(route: Route): void {
  const { rows, speedsMps } = route;
  for (let row = 0; row < rows; row++) {
    const bend = Math.sqrt(LATERAL_ACCELERATION_MAX_MPS2 / Math.max(Math.abs(route.curvaturesPerM[row] ?? 0), 1e-6));
    speedsMps[row] = Math.min(route.limitsMps[row] ?? 0, Math.max(bend, 4));
  }
  // Twice round, so that the seam is as smooth as the rest.
  for (let step = 2 * rows; step > 0; step--) limitChange(speedsMps, step % rows, (step - 1) % rows);
  for (let step = 0; step < 2 * rows; step++) limitChange(speedsMps, step % rows, (step + 1) % rows);
}

/** The speed in `to` is at most what the driver can have there on the way from, or to, `from`. */
function limitChange(speedsMps: Float64Array, from: number, to: number): void {
  const reachable = Math.sqrt((speedsMps[from] ?? 0) ** 2 + 2 * SPEED_CHANGE_MPS2 * ROUTE_STEP_M);
  speedsMps[to] = Math.min(speedsMps[to] ?? 0, reachable);
}
