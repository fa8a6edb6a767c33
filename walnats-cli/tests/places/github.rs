//! GitHub, as far as the action asks it: a server on loopback with comments, commits and releases.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// The token that may write comments.
pub const TOKEN: &str = "token-of-the-run";

pub struct GitHub {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub struct State {
    pub comments: Vec<Comment>,
    /// Methods and paths, without those that only ask.
    pub changes: Vec<String>,
    /// Files by their paths: releases.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Commits of tags, by `OWNER/NAME/tag`.
    pub tags: BTreeMap<String, String>,
    /// Whose token it is, if it is that of a person.
    pub person: Option<String>,
    /// Whether comments may only be read.
    pub is_read_only: bool,
    /// What another run writes just before this one does.
    pub race: Option<Comment>,
    /// All requests.
    pub requests: Vec<String>,
    last: u64,
}

#[derive(Clone)]
pub struct Comment {
    pub id: u64,
    pub login: String,
    pub is_bot: bool,
    pub body: String,
}

impl Comment {
    pub fn by_person(login: &str, body: &str) -> Self {
        Self { id: 0, login: login.to_owned(), is_bot: false, body: body.to_owned() }
    }

    pub fn by_bot(body: &str) -> Self {
        Self { id: 0, login: BOT.to_owned(), is_bot: true, body: body.to_owned() }
    }

    fn json(&self) -> Value {
        let kind = if self.is_bot { "Bot" } else { "User" };
        json!({ "id": self.id, "body": self.body, "user": { "login": self.login, "type": kind } })
    }
}

const BOT: &str = "github-actions[bot]";

impl State {
    pub fn add(&mut self, mut comment: Comment) -> u64 {
        self.last += 1;
        comment.id = self.last;
        self.comments.push(comment);
        self.last
    }
}

impl GitHub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The texts of all comments.
    pub fn bodies(&self) -> Vec<String> {
        self.state().comments.iter().map(|comment| comment.body.clone()).collect()
    }

    /// What was changed since this was asked before.
    pub fn changes(&self) -> Vec<String> {
        std::mem::take(&mut self.state().changes)
    }
}

/// Answers one request.
fn serve(stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut is_allowed) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => is_allowed = value == format!("Bearer {TOKEN}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, body) = {
        let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.requests.push(format!("{method} {path}"));
        answer(&mut state, &method, &path, serde_json::from_slice(&body).unwrap_or_default(), is_allowed)
    };
    let mut stream = reader.into_inner();
    write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
    stream.write_all(&body).ok()
}

fn answer(state: &mut State, method: &str, path: &str, content: Value, is_allowed: bool) -> (u16, Vec<u8>) {
    let reply = |status: u16, value: Value| (status, value.to_string().into_bytes());
    let refused = |status: u16| reply(status, json!({ "message": "Resource not accessible by integration" }));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if let Some(file) = state.files.get(path) {
        return (200, file.clone());
    }
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let ["api", parts @ ..] = &parts[..] else { return refused(404) };
    let text = content["body"].as_str().unwrap_or_default().to_owned();
    if method != "GET" {
        if !is_allowed || state.is_read_only {
            return refused(403);
        }
        if text.chars().count() > 65_536 {
            return refused(422);
        }
        state.changes.push(format!("{method} {}", parts.join("/")));
    }
    match (method, parts) {
        ("GET", ["user"]) => match &state.person {
            Some(login) => reply(200, json!({ "login": login })),
            None => refused(403),
        },
        ("GET", ["repos", owner, name, "commits", tag]) => match state.tags.get(&format!("{owner}/{name}/{tag}")) {
            Some(commit) => reply(200, json!({ "sha": commit })),
            None => refused(422),
        },
        ("GET", ["repos", _, _, "issues", _, "comments"]) => {
            let page = query.split('&').find_map(|part| part.strip_prefix("page=")?.parse::<usize>().ok()).unwrap_or(1);
            let comments = state.comments.iter().skip((page - 1) * 100).take(100).map(Comment::json);
            reply(200, comments.collect())
        }
        ("POST", ["repos", _, _, "issues", _, "comments"]) => {
            if let Some(other) = state.race.take() {
                state.add(other);
            }
            let is_bot = state.person.is_none();
            let login = state.person.clone().unwrap_or_else(|| BOT.to_owned());
            let id = state.add(Comment { id: 0, login, is_bot, body: text });
            reply(201, json!({ "id": id }))
        }
        ("PATCH", ["repos", _, _, "issues", "comments", id]) => {
            match state.comments.iter_mut().find(|comment| comment.id.to_string() == **id) {
                Some(comment) => {
                    comment.body = text;
                    reply(200, comment.json())
                }
                None => refused(404),
            }
        }
        ("DELETE", ["repos", _, _, "issues", "comments", id]) => {
            state.comments.retain(|comment| comment.id.to_string() != **id);
            (204, Vec::new())
        }
        _ => refused(404),
    }
}
