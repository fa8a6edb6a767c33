//! Services: parts of the system with an emitter type of their own.
