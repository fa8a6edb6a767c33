// Requests that are tried again, and GitHub's API.

import { setTimeout as sleep } from "node:timers/promises";

import { Failure, variable } from "./runner.mjs";

const TRIES = 3;

/** An answer, whatever its status. Only a server that is not reached, or that fails, is asked again. */
export async function request(url, options = {}) {
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === TRIES || (options.method ?? "GET") === "POST";
    try {
      const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(120_000) });
      if (answer.status < 500 || isLast) return answer;
    } catch (error) {
      if (isLast) throw new Failure(`cannot reach ${new URL(url).origin}: ${error.cause?.message ?? error.message}`);
    }
    await sleep(1000 * tries);
  }
}

/** An answer of GitHub's API that is not a success. */
export class Refusal extends Error {
  constructor(method, path, status) {
    super(`${method} ${path}: status ${status}`);
    this.status = status;
  }
}

/** GitHub's API. The answer is JSON, or `null` where it has no content. */
export async function api(method, path, content) {
  const token = variable("WALNATS_TOKEN");
  const headers = { Accept: "application/vnd.github+json", "User-Agent": "walnats-action", "X-GitHub-Api-Version": "2022-11-28" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = content === undefined ? undefined : JSON.stringify(content);
  const answer = await request(variable("GITHUB_API_URL") + path, { method, headers, body });
  if (!answer.ok) throw new Refusal(method, path.split("?")[0], answer.status);
  return answer.status === 204 ? null : answer.json();
}
