// What `walnats breaking` compares with, where the user does not say.

import { spawnSync } from "node:child_process";

import { variable } from "./runner.mjs";

/** A revision for `--against`. */
export function baseline(event, folder) {
  const base = event.pull_request?.base?.ref ?? variable("GITHUB_BASE_REF");
  if (base) return `merge-base:origin/${base}`;
  if (event.merge_group) return event.merge_group.base_sha;
  const main = event.repository?.default_branch;
  const left = main ? `merge-base:origin/${main}` : "merge-base:origin/HEAD";
  // A branch that is new has no commit before; that of one that was forced is gone.
  const before = /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(event.before ?? "") ? event.before : undefined;
  if (before && (isThere(before, folder) || isShallow(folder))) return before;
  const isMain = variable("GITHUB_REF") === `refs/heads/${main}`;
  return isMain && variable("GITHUB_EVENT_NAME") === "push" ? "HEAD~1" : left;
}

/** Whether there is nothing to compare with: the first commit of a repository. */
export function isFirst(against, folder) {
  return against === "HEAD~1" && !isThere("HEAD~1", folder) && !isShallow(folder);
}

const isThere = (revision, folder) => git(folder, "rev-parse", "--verify", "--quiet", `${revision}^{commit}`).status === 0;

const isShallow = (folder) => git(folder, "rev-parse", "--is-shallow-repository").stdout?.trim() === "true";

const git = (folder, ...options) => spawnSync("git", options, { cwd: folder, encoding: "utf8" });
