//! Answers the requests of protobuf's conformance runner that read or write JSON.

use std::io::{self, Read, Write};

use protobuf_conformance::proto::conformance::conformance_request::Payload;
use protobuf_conformance::proto::conformance::conformance_response::Result as Answer;
use protobuf_conformance::proto::conformance::{ConformanceRequest, ConformanceResponse, TestCategory, WireFormat};
use protobuf_conformance::proto::protobuf_test_messages::proto2::TestAllTypesProto2;
use protobuf_conformance::proto::protobuf_test_messages::proto3::TestAllTypesProto3;
use walnats_runtime::private::prost::Message;
use walnats_runtime::private::protobuf_json::{self as json, AnyType, Types, UnknownMembers};

const TYPES: Types = &[AnyType::of::<TestAllTypesProto3>(), AnyType::of::<TestAllTypesProto2>()];

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut length = [0; 4];
    while input.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let answer = match ConformanceRequest::decode(request.as_slice()) {
            Ok(request) => answer(&request),
            Err(error) => Answer::RuntimeError(error.to_string()),
        };
        let response = ConformanceResponse { result: Some(answer) }.encode_to_vec();
        output.write_all(&(response.len() as u32).to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
    Ok(())
}

fn answer(request: &ConformanceRequest) -> Answer {
    let is_json = matches!(request.payload, Some(Payload::JsonPayload(_)));
    if !is_json && request.requested_output_format != WireFormat::Json as i32 {
        return Answer::Skipped("neither reads nor writes JSON".to_owned());
    }
    match request.message_type.as_str() {
        "protobuf_test_messages.proto3.TestAllTypesProto3" => convert::<TestAllTypesProto3>(request),
        "protobuf_test_messages.proto2.TestAllTypesProto2" => convert::<TestAllTypesProto2>(request),
        _ => Answer::Skipped("not generated".to_owned()),
    }
}

fn convert<M: Message + Default + json::Message>(request: &ConformanceRequest) -> Answer {
    let unknown_members = match TestCategory::try_from(request.test_category) {
        Ok(TestCategory::JsonIgnoreUnknownParsingTest) => UnknownMembers::Ignored,
        _ => UnknownMembers::Refused,
    };
    let read = match &request.payload {
        Some(Payload::ProtobufPayload(payload)) => M::decode(payload.as_slice()).map_err(|error| error.to_string()),
        Some(Payload::JsonPayload(text)) => {
            json::decode(text.as_bytes(), TYPES, unknown_members).map_err(|error| format!("{error:?}"))
        }
        _ => return Answer::Skipped("another format".to_owned()),
    };
    let message: M = match read {
        Ok(message) => message,
        Err(error) => return Answer::ParseError(error),
    };
    match WireFormat::try_from(request.requested_output_format) {
        Ok(WireFormat::Protobuf) => Answer::ProtobufPayload(message.encode_to_vec()),
        Ok(WireFormat::Json) => match json::encode(&message, TYPES) {
            Ok(text) => Answer::JsonPayload(String::from_utf8_lossy(&text).into_owned()),
            Err(error) => Answer::SerializeError(format!("{error:?}")),
        },
        _ => Answer::Skipped("another format".to_owned()),
    }
}
