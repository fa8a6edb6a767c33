// The one comment on a pull request: made when something is found, brought up to date, and resolved when nothing is left.

import { Refusal, api } from "./http.mjs";
import { Failure, annotate, variable } from "./runner.mjs";

/** Longer ones are refused by GitHub. */
const LONGEST = 65_536;

/** The text of the comment. `results` are those of the commands, `place` tells the comments of several packages apart. */
export function compose(results, { place, commit, log }) {
  const found = results.filter(({ code, repeats }) => code !== 0 && !repeats);
  const names = (title, those) => (those.length > 0 ? `${title}: ${those.map(({ label }) => label).join(", ")}. ` : "");
  const others = names("The same was found by", results.filter(({ repeats }) => repeats)) + names("Clean", results.filter(({ code }) => code === 0));
  const end = `\n<sub>${others}For ${commit}, see the [log](${log}).</sub>\n`;
  const head = `${marker(place)}\n`;
  const full = found.map(section);
  const brief = full.map((text) => text.replace(/\n<details>[\s\S]*?<\/details>\n/g, ""));
  const least = found.map(({ label }) => `### walnats ${label}: too much to show\n\nThe summary of the run has all of it.\n`);
  const sections = [full, brief, least].map((sections) => sections.join("\n"));
  return head + (sections.find((text) => (head + text + end).length <= LONGEST) ?? "") + end;
}

/** The text of a comment of which nothing is left. */
export function resolved({ place, commit, log }) {
  return `${marker(place)}\n${RESOLVED}\n\n<sub>As of ${commit}, see the [log](${log}).</sub>\n`;
}

const RESOLVED = "### walnats: resolved";

function section({ label, markdown, crash }) {
  // The marker of each command gives way to that of the whole comment.
  if (markdown) return markdown.replace(/^<!--.*-->\n/, "");
  return `### walnats ${label}: could not run\n\n${crash ?? "see the log"}\n`;
}

function marker(place) {
  return `<!-- walnats-action ${encodeURIComponent(place)} -->`;
}

/** Writes, updates or resolves the comment. What keeps it from that is said, and fails nothing. */
export async function update(event, results, about) {
  const pull = event.pull_request;
  if (!pull) return;
  const isClean = results.every(({ code }) => code === 0);
  const skipped = (why) => {
    if (!isClean) annotate("notice", "walnats", `no comment was written: ${why}; the findings are annotations, and in the summary`);
  };
  if (variable("GITHUB_EVENT_NAME") === "pull_request" && pull.head.repo?.full_name !== pull.base.repo.full_name) {
    return skipped("runs for pull requests from forks may not write");
  }
  try {
    await converge(`/repos/${variable("GITHUB_REPOSITORY")}`, pull.number, isClean, results, about);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Failure)) throw error;
    const help = [401, 403, 404].includes(error.status) ? ", the job needs `permissions: pull-requests: write`" : "";
    skipped(error.message + help);
  }
}

async function converge(repository, number, isClean, results, about) {
  const text = isClean ? resolved(about) : compose(results, about);
  let own = await find(repository, number, about.place);
  if (own.length === 0) {
    if (isClean) return;
    await api("POST", `${repository}/issues/${number}/comments`, { body: text });
    // Another run may have done the same in the meantime.
    own = await find(repository, number, about.place);
  }
  const [first, ...further] = own;
  const isResolved = isClean && first?.body.includes(`\n${RESOLVED}\n`);
  if (first && !isResolved && first.body !== text) await api("PATCH", `${repository}/issues/comments/${first.id}`, { body: text });
  for (const { id } of further) await api("DELETE", `${repository}/issues/comments/${id}`);
}

/** The comments with the marker that this token has written, the oldest first: others may write the marker, too. */
async function find(repository, number, place) {
  const marked = [];
  for (let page = 1, count = 100; count === 100; page += 1) {
    const comments = await api("GET", `${repository}/issues/${number}/comments?per_page=100&page=${page}`);
    marked.push(...comments.filter(({ body }) => body?.replaceAll("\r\n", "\n").startsWith(`${marker(place)}\n`)));
    count = comments.length;
  }
  if (marked.length === 0) return [];
  const login = await user();
  return marked.filter(({ user }) => (login ? user?.login === login : user?.type === "Bot")).sort((one, other) => one.id - other.id);
}

/** Whose token it is; `undefined` for that of a run, which may not ask. */
async function user() {
  try {
    return (await api("GET", "/user")).login;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
