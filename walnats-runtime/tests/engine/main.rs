//! What an emit promises, against a real nats-server.

mod batches;
mod connecting;
mod emits;
mod ends;
mod faults;
mod note;
mod once;
mod proxy;
mod security;
mod watching;
