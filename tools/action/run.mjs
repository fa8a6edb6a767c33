// Runs the commands, and says how it ended.

import { mkdirSync, mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";

import { baseline, isFirst } from "./baseline.mjs";
import { completed, parse, run } from "./commands.mjs";
import { update } from "./comment.mjs";
import { PROGRAM } from "./program.mjs";
import { annotate, event as readEvent, output, step, variable } from "./runner.mjs";

await step(async () => {
  const event = readEvent();
  const place = variable("WALNATS_WORKING_DIRECTORY") || ".";
  const temporary = variable("RUNNER_TEMP");
  const sarif = resolve(variable("GITHUB_WORKSPACE"), variable("WALNATS_SARIF") || join(temporary, "walnats-sarif"));
  const folder = resolve(variable("GITHUB_WORKSPACE"), place);
  mkdirSync(sarif, { recursive: true });
  output("sarif", sarif);
  const scratch = mkdtempSync(join(temporary, "walnats-"));
  const program = join(variable("WALNATS_FOLDER"), PROGRAM);
  const against = () => variable("WALNATS_AGAINST").trim() || baseline(event, folder);

  const results = [];
  const seen = new Set();
  for (const command of parse(variable("WALNATS_COMMANDS"))) {
    const words = completed(command, against);
    if (isFirst(words.at(-1), folder)) {
      annotate("notice", "walnats", "the first commit of a repository breaks nothing: there is nothing to compare with");
      continue;
    }
    const count = results.filter(({ name }) => name === words[0]).length;
    const label = count === 0 ? words[0] : `${words[0]}-${count + 1}`;
    results.push(run(program, words, { folder, sarif, scratch, label, seen }));
  }
  for (const { label, crash } of results.filter(({ crash }) => crash)) {
    annotate("error", "walnats could not run", `walnats ${label}: ${crash}`);
  }
  if (variable("WALNATS_COMMENT") !== "false") {
    const commit = event.pull_request?.head.sha ?? variable("GITHUB_SHA");
    const log = `${variable("GITHUB_SERVER_URL")}/${variable("GITHUB_REPOSITORY")}/actions/runs/${variable("GITHUB_RUN_ID")}`;
    await update(event, results, { place, commit, log });
  }
  const code = Math.max(0, ...results.map(({ code }) => code));
  const conclusion = ["clean", "findings", "failure"][code];
  output("conclusion", conclusion);
  const ends = results.map(({ label, code }) => `${label}: ${["clean", "findings", "could not run"][code]}`);
  console.log(`walnats ${ends.join(", ") || "is installed"}`);
  return code;
});
