//! What an emit promises, against a real nats-server.

mod attack;
mod batches;
mod callbacks;
mod callers;
mod canary;
mod connecting;
mod domains;
mod emits;
mod ends;
mod executor;
mod faults;
mod foreign;
mod hang_up;
mod heard;
mod hostile;
mod lazily;
mod life;
mod naming;
mod note;
mod once;
mod proxy;
mod refusals;
mod rotating;
mod security;
mod unseen;
mod watching;
