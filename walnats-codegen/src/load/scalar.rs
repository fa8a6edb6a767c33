//! Scalars of the YAML 1.2 core schema.
