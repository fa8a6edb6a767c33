// The program: its name, its version, and where it is built from.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The action's own checkout. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The name of the program's file. */
export const PROGRAM = process.platform === "win32" ? "walnats.exe" : "walnats";

/** The platforms that releases are made for, as `release.yml` names them. */
const TARGETS = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
};

/** This platform. `isReleased` says whether releases have a program for it. */
export function platform() {
  const name = `${process.platform}-${process.arch}`;
  return { target: TARGETS[name] ?? name, isReleased: name in TARGETS };
}

/** The version of the checkout. */
export function ownVersion() {
  const manifest = readFileSync(join(CHECKOUT, "Cargo.toml"), "utf8");
  const [, version] = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(manifest) ?? [];
  return version;
}

/** The version of a program; `undefined` if it is missing or does not run here. */
export function versionOf(program) {
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 ? /^walnats (\S+)/.exec(stdout)?.[1] : undefined;
}

/** A digest of what the program is built from. */
export function digest() {
  const digest = createHash("sha256");
  for (const path of sources(CHECKOUT).sort()) {
    const content = readFileSync(join(CHECKOUT, path));
    digest.update(`${path.split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return digest.digest("hex").slice(0, 16);
}

function sources(folder) {
  const isRoot = folder === CHECKOUT;
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isSource = isRoot ? entry.name.startsWith("walnats-") : !["target", "tests", "fixtures"].includes(entry.name);
      return isSource ? sources(path) : [];
    }
    return isRoot && !/^Cargo\.(toml|lock)$/.test(entry.name) ? [] : [relative(CHECKOUT, path)];
  });
}
