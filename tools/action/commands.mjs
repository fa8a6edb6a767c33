// The commands: how they are written, and what is run for each.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Failure } from "./runner.mjs";

/** The commands of the input: names, separated by spaces, or a line for each command with its options. */
export function parse(text) {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/).filter(Boolean));
  const hasOptions = (words) => words.some((word) => word.startsWith("-"));
  const commands = lines.flatMap((words) => (hasOptions(words) ? [words] : words.map((word) => [word])));
  for (const [name] of commands) {
    if (!/^[a-z-]*[a-z]$/.test(name)) throw new Failure(`\`${name}\` is not a command; write a line for each command that has options`);
  }
  return commands;
}

/** The options that a command gets here: nothing is rewritten in CI. */
export function completed([name, ...options], against) {
  const has = (option) => options.some((given) => given === option || given.startsWith(`${option}=`));
  if ((name === "fmt" || name === "generate") && !has("--check")) options.push("--check");
  if (name === "breaking" && !has("--against")) options.push("--against", against());
  return [name, ...options];
}

/**
 * Runs a command: annotations go to the log, SARIF and Markdown to files, and the summary of the step is written. Annotations in
 * `seen` are not made twice: what is wrong with a schema is in the way of each command.
 */
export function run(program, words, { folder, sarif, scratch, label, seen }) {
  const markdown = join(scratch, `${label}.md`);
  const formats = ["--format", "github", "--format", "sarif", "--output-file", join(sarif, `${label}.sarif`), "--format", "markdown", "--output-file", markdown];
  console.log(`::group::walnats ${words.join(" ")}`);
  const options = { cwd: folder, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", maxBuffer: 1 << 28 };
  const { status, signal, error, stdout } = spawnSync(program, [...words, ...formats], options);
  const lines = (stdout ?? "").trimEnd().split("\n");
  const annotations = lines.filter((line) => /^::(error|warning) file=/.test(line));
  const repeats = status === 1 && annotations.length > 0 && annotations.every((line) => seen.has(line));
  console.log(lines.filter((line) => !seen.has(line)).join("\n"));
  annotations.forEach((line) => seen.add(line));
  console.log("::endgroup::");
  const crash = error?.message ?? (signal ? `it was ended by ${signal}` : status > 2 ? `it ended with ${status}` : undefined);
  return { name: words[0], label, code: crash ? 2 : status, crash, repeats, markdown: existsSync(markdown) ? readFileSync(markdown, "utf8") : "" };
}
