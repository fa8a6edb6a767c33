//! What an emit promises, against a real nats-server.

mod batches;
mod canary;
mod connecting;
mod domains;
mod emits;
mod ends;
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
mod watching;
