//! The places where the program runs before a merge: the action, the component for GitLab, hooks, and a team that uses them.

mod action;
mod baselines;
mod comments;
mod files;
mod github;
mod gitlab;
mod hooks;
mod installing;
mod team;
mod week;
mod yaml;
