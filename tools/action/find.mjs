// Which program runs: of a release, or built from the action's own checkout. Nothing is downloaded yet: it may be in the cache.

import { join } from "node:path";

import { Refusal, api } from "./http.mjs";
import { CHECKOUT, digest, ownVersion, platform } from "./program.mjs";
import { Failure, output, step, variable } from "./runner.mjs";

await step(async () => {
  const own = ownVersion();
  const asked = variable("WALNATS_VERSION").trim().replace(/^v/, "");
  if (asked && !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(asked)) {
    throw new Failure(`\`version: ${asked}\` is not a version; write one such as \`${own}\``);
  }
  const version = asked || own;
  const { target, isReleased } = platform();
  const { repository, ref } = origin();
  const isRelease = isReleased && repository !== "" && (asked !== "" || (await isTagged(repository, ref, version)));
  if (!isRelease && version !== own) {
    const why = isReleased ? "the action is used from a folder" : `releases have no program for ${target}`;
    throw new Failure(`version ${version} cannot be had: ${why}, and only ${own} can be built here`);
  }
  const name = `walnats-${version}-${target}`;
  output("version", version);
  output("target", target);
  output("release", isRelease ? `${variable("GITHUB_SERVER_URL")}/${repository}/releases/download/v${version}/${name}.tar.gz` : "");
  output("key", isRelease ? name : `${name}-${digest()}`);
  output("folder", join(variable("RUNNER_TEMP"), name));
});

/** Where the action is from: both are empty for one in a folder of the repository that uses it. */
function origin() {
  const [repository, ref] = [variable("WALNATS_ACTION_REPOSITORY"), variable("WALNATS_ACTION_REF")];
  if (repository && ref) return { repository, ref };
  const [, owner, name, rest] = /[\\/]_actions[\\/]([^\\/]+)[\\/]([^\\/]+)[\\/](.+)$/.exec(CHECKOUT) ?? [];
  return owner ? { repository: `${owner}/${name}`, ref: rest.replaceAll("\\", "/") } : { repository: "", ref: "" };
}

/** Whether what runs is what was released: the tag of the version, one that follows it (`v1`), or the commit of the tag. */
async function isTagged(repository, ref, version) {
  const tag = ref.replace(/^v/, "");
  if (tag === version || (/^\d+(\.\d+)?$/.test(tag) && version.startsWith(`${tag}.`))) return true;
  if (!/^[0-9a-f]{40}$/.test(ref)) return false;
  try {
    return (await api("GET", `/repos/${repository}/commits/v${version}`)).sha === ref;
  } catch (error) {
    if (error instanceof Refusal || error instanceof Failure) return false;
    throw error;
  }
}
