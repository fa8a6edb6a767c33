//! Lints on the model, and the examples of each schema against itself.
