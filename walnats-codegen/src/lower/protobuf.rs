//! Protobuf files become a `ProtobufModel` and the events it declares.
