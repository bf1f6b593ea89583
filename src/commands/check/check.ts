// `canward check`: a log through gate, decode and sample, as the gateway would pass it, and its datapoints against those that
// a committed file expects. Out comes whether they are the same, and for a reviewer what is not.
import { createHash } from "node:crypto";
import { readGatewayConfig } from "../../vehicle/config.ts";
import type { Plan } from "../../vehicle/plan.ts";
import { loadPlan } from "../../vehicle/policy/load.ts";
import { createFormat } from "../datapoint-line.ts";
import { showProgress } from "../playback/progress.ts";
import { exitCodeOf, listenForStop } from "../stop.ts";
import { Comparison, type Verdict } from "./comparison.ts";
import { headLine, leavingLine, parseExpectationLine } from "./expectation.ts";
import { demandReadable, ExpectationError, invalidError, readLines, replaceFile } from "./expectation-file.ts";
import { type Produced, produce } from "./produced.ts";
import { tellTotals, tellVerdict } from "./verdict-text.ts";

export interface CheckOptions {
  /** The gateway's configuration file. */
  readonly config: string;
  /** A path, or - for the standard input. */
  readonly log: string;
  /** The expectation's file. */
  readonly expect: string;
  /** Whether the file is to expect from now on what the log makes now. */
  readonly update: boolean;
}

const EXIT_DIFFERENT = 1;

export async function check(options: CheckOptions): Promise<void> {
  const stop = listenForStop();
  const config = readGatewayConfig(options.config, { needsBroker: false });
  const { plan, warnings } = loadPlan(config.allowlist);
  for (const { file, line, message } of warnings) process.stderr.write(`${file}:${line}: ${message}\n`);
  if (plan.catalogue.entries.length === 0) {
    process.stderr.write(`${config.allowlist}: the allow-list names no signal: nothing leaves the vehicle\n`);
  }
  if (!options.update) await demandReadable(options.expect);
  const counters = { frames: 0, junkLines: 0 };
  const progress = showProgress(() => `${counters.frames.toLocaleString("en")} frames`);
  const produced = await produce(options.log, config.source, plan, counters, stop.signal).finally(progress.end);
  if (produced === undefined) {
    process.stderr.write("stopped before the end of the log; nothing was compared\n");
    process.exitCode = exitCodeOf(stop.reason ?? "SIGINT");
    return;
  }
  if (counters.junkLines > 0) process.stderr.write(`${options.log}: ${counters.junkLines} lines are no frame\n`);
  const comparison = new Comparison(produced, plan.catalogue.entries);
  if (options.update) await update(options, plan, produced, comparison);
  else await compare(options, produced, comparison);
}

async function compare({ expect }: CheckOptions, produced: Produced, comparison: Comparison): Promise<void> {
  for await (const { number, text } of readLines(expect, createHash("sha256"))) {
    const fault = take(text, comparison);
    if (fault !== undefined) throw invalidError(expect, number, fault);
  }
  const verdict = comparison.finish();
  // Set before anything is written: whoever stops reading must not make a difference pass.
  if (verdict.differences.length > 0) process.exitCode = EXIT_DIFFERENT;
  print(verdict, produced);
  if (verdict.differences.length > 0) {
    process.stdout.write(`If this is intended, the same call with --update writes it to ${expect}.\n`);
  }
}

/** Hands a line to the comparison. Answers what is wrong with it, if anything is. */
function take(text: string, comparison: Comparison): string | undefined {
  const line = parseExpectationLine(text);
  if (line === null) return "this is no line of an expectation";
  switch (line.kind) {
    case "head":
      return undefined;
    case "tolerance":
      return comparison.tolerate(line.tolerance) ? undefined : "a tolerance stands before all paths and datapoints";
    case "leaving":
      return void comparison.allow(line.leaving);
    case "datapoint":
      return comparison.expect(line.datapoint)
        ? undefined
        : "this is earlier than the datapoint before it, of the same path";
  }
}

async function update({ expect }: CheckOptions, plan: Plan, produced: Produced, comparison: Comparison): Promise<void> {
  const before = await readBefore(expect, comparison);
  const verdict = comparison.finish();
  if (before === undefined) process.stdout.write(`${expect} is new.\n`);
  else print(verdict, produced);
  if (before !== undefined && before.junkLines > 0) {
    process.stdout.write(`${before.junkLines} lines were no expectation, and are gone.\n`);
  }
  const lines = linesOf(plan, produced, before?.tolerances ?? []);
  const isChanged = await replaceFile(expect, lines, before?.digest ?? "");
  const count = produced.points.count.toLocaleString("en");
  const paths = plan.catalogue.entries.length.toLocaleString("en");
  process.stdout.write(
    isChanged ? `written: ${expect}, ${count} datapoints, ${paths} paths\n` : `${expect} is as it was\n`,
  );
}

interface Before {
  /** The lines with tolerances, as people have written them. */
  readonly tolerances: readonly string[];
  readonly junkLines: number;
  readonly digest: string;
}

/**
 * What the file says so far; undefined where there is none. It may be damaged, as by a merge: what is no line of an
 * expectation is passed over, but not before the datapoints, where it may have been a tolerance.
 */
async function readBefore(expect: string, comparison: Comparison): Promise<Before | undefined> {
  const digest = createHash("sha256");
  const tolerances: string[] = [];
  let junkLines = 0;
  let hasDatapoints = false;
  try {
    for await (const { number, text } of readLines(expect, digest)) {
      const kind = parseExpectationLine(text)?.kind;
      hasDatapoints ||= kind === "datapoint";
      const fault = take(text, comparison);
      if (fault === undefined) {
        if (kind === "tolerance") tolerances.push(text.trim());
      } else if (hasDatapoints && kind !== "tolerance") junkLines += 1;
      else throw invalidError(expect, number, fault);
    }
  } catch (error) {
    if (error instanceof ExpectationError && error.code === "EXPECTATION_MISSING") return undefined;
    throw error;
  }
  return { tolerances, junkLines, digest: digest.digest("hex") };
}

/** Sorted by path, then by time, so that a new path is one new block. */
function* linesOf(plan: Plan, { points, rowsOf }: Produced, tolerances: readonly string[]): Generator<string> {
  const { entries } = plan.catalogue;
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const format = createFormat(entries);
  yield headLine();
  yield* tolerances;
  for (const { path, unit, source } of sorted) yield leavingLine({ path, unit, from: source });
  for (const { alias } of sorted) for (const row of rowsOf(alias)) yield format(points, row);
}

function print(verdict: Verdict, { startMs }: Produced): void {
  process.stdout.write([...tellVerdict(verdict, startMs), tellTotals(verdict)].map((line) => `${line}\n`).join(""));
}
