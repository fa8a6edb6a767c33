// Puts the program into its folder, unless it came from the cache: downloads it, or builds it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { request } from "./http.mjs";
import { CHECKOUT, PROGRAM, ownVersion, versionOf } from "./program.mjs";
import { Failure, addPath, step, variable } from "./runner.mjs";

const version = variable("WALNATS_VERSION");
const folder = variable("WALNATS_FOLDER");
const release = variable("WALNATS_RELEASE");
const program = join(folder, PROGRAM);

await step(async () => {
  if (versionOf(program) === version) {
    console.log(`walnats ${version} is in the cache`);
  } else {
    mkdirSync(folder, { recursive: true });
    if (!(await download())) build();
    const found = versionOf(program);
    if (found !== version) throw new Failure(`the program says it is version ${found ?? "unknown"} instead of ${version}`);
  }
  addPath(folder);
  return 0;
});

/** Downloads the release; `false` if there is none. */
async function download() {
  if (!release) return false;
  const archive = await get(release);
  if (!archive) {
    console.log(`there is no release ${release}`);
    return false;
  }
  const listed = await get(`${release}.sha256`);
  const expected = listed?.toString("utf8").trim().split(/\s+/)[0];
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== expected) throw new Failure(`${release} does not have its checksum: ${actual} instead of ${expected ?? "a published one"}`);
  unpack(archive, basename(release));
  console.log(`downloaded ${release}, SHA-256 ${actual}`);
  return true;
}

async function get(url) {
  const answer = await request(url);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Failure(`cannot download ${url}: status ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Takes the program, and nothing else, out of the archive. */
function unpack(archive, name) {
  const scratch = mkdtempSync(join(variable("RUNNER_TEMP") || tmpdir(), "walnats-"));
  const inside = `${name.replace(/\.tar\.gz$/, "")}/${PROGRAM}`;
  writeFileSync(join(scratch, name), archive);
  // In the folder and without a drive letter, which GNU tar takes for the name of a host.
  const { status, stderr, error } = spawnSync("tar", ["-xzf", name, inside], { cwd: scratch, encoding: "utf8" });
  if (status !== 0) throw new Failure(`${name} does not hold \`${inside}\`: ${(error?.message ?? stderr).trim()}`);
  copyFileSync(join(scratch, inside), program);
  rmSync(scratch, { recursive: true, force: true });
}

/** Builds the program from the action's own checkout. */
function build() {
  if (ownVersion() !== version) throw new Failure(`version ${version} has no release for ${variable("WALNATS_TARGET")}`);
  console.log(`building walnats ${version} from ${CHECKOUT}`);
  const target = join(variable("RUNNER_TEMP"), "walnats-build");
  const options = ["build", "--release", "--locked", "--package", "walnats-cli", "--bin", "walnats", "--target-dir", target];
  const { status, error } = spawnSync("cargo", options, { cwd: CHECKOUT, stdio: "inherit" });
  if (error) throw new Failure(`there is no released walnats for this platform, and it cannot be built: ${error.message}; install Rust first`);
  if (status !== 0) throw new Failure("walnats does not compile here, see above");
  copyFileSync(join(target, "release", PROGRAM), program);
  rmSync(target, { recursive: true, force: true });
}
