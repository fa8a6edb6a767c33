// Packs a program for a release: `node package.mjs TARGET PROGRAM FOLDER`, where `install.mjs` looks for it, under this name.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { CHECKOUT, ownVersion, versionOf } from "./program.mjs";
import { Failure, step } from "./runner.mjs";

await step(() => {
  const [target, program, folder] = process.argv.slice(2);
  const version = ownVersion();
  const found = versionOf(program);
  if (found !== version) throw new Failure(`${program} says it is version ${found ?? "unknown"} instead of ${version}`);
  const name = `walnats-${version}-${target}`;
  mkdirSync(join(folder, name), { recursive: true });
  for (const file of [program, ...["LICENSE-APACHE", "LICENSE-MIT", "README.md"].map((file) => join(CHECKOUT, file))]) {
    copyFileSync(file, join(folder, name, basename(file)));
  }
  const archive = `${name}.tar.gz`;
  const { status, stderr, error } = spawnSync("tar", ["-czf", archive, name], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Failure(`cannot pack ${archive}: ${(error?.message ?? stderr).trim()}`);
  rmSync(join(folder, name), { recursive: true });
  const digest = createHash("sha256").update(readFileSync(join(folder, archive))).digest("hex");
  writeFileSync(join(folder, `${archive}.sha256`), `${digest}  ${archive}\n`);
  console.log(join(folder, archive));
  return 0;
});
