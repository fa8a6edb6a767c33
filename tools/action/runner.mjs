// What the runner gives to a step, and what a step hands to the runner.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";

/** An environment variable; empty if it is not set. */
export const variable = (name) => process.env[name] ?? "";

/** What caused the run: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export function event() {
  const path = variable("GITHUB_EVENT_PATH");
  return path ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** Sets an output of the step. */
export function output(name, value) {
  const end = randomUUID();
  appendFileSync(variable("GITHUB_OUTPUT"), `${name}<<${end}\n${value}\n${end}\n`);
}

/** Puts a folder on the PATH of the steps that follow. */
export function addPath(folder) {
  appendFileSync(variable("GITHUB_PATH"), `${folder}\n`);
}

/** Says something on the page of the run: a `notice`, a `warning` or an `error`. */
export function annotate(level, title, text) {
  console.log(`::${level} title=${title}::${text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`);
}

/** Why a step cannot do its work. */
export class Failure extends Error {}

/** Runs a step. A failure of the tool ends it with 2, so that it is never taken for a finding, which ends it with 1. */
export async function step(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    annotate("error", "walnats could not run", error instanceof Failure ? error.message : String(error?.stack ?? error));
    process.exitCode = 2;
  }
}
