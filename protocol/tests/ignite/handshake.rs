//! Handshakes of every version.

use querent_protocol::ignite::code::{Feature, Features, Status, Version};
use querent_protocol::ignite::handshake::{Hello, Refusal, Reply};

use crate::{Recording, hex};

#[test]
fn each_version_is_asked_for_as_recorded() {
    let recording = Recording::h2();
    // Bits 0 to 19.
    let features = Features::from_bytes(&[0xff, 0xff, 0x0f]);
    for version in Version::SPOKEN {
        let name = format!("handshake-{}.{}", version.major, version.minor);
        let hello = Hello { features, ..Hello::default() };
        assert_eq!(hello.encode(version, 1000).unwrap(), recording.get(&name).request, "{name}");
        let Reply::Accepted { agreed, node } = Reply::decode(&recording.get(&name).answer, version).unwrap()
        else {
            panic!("{name} was refused")
        };
        assert_eq!(agreed.version, version);
        assert_eq!(node.is_some(), version >= Version::V1_4, "{name}");
        // 18 is granted only by nodes with transaction-aware queries.
        let granted = features.without(Feature::TxAwareQueries);
        assert_eq!(
            agreed.features,
            if version >= Version::V1_7 { granted } else { Features::NONE },
            "{name}"
        );
    }
    let without = Hello::default().encode(Version::V1_7, 1000).unwrap();
    assert_eq!(without, recording.get("handshake-no-features").request);
}

#[test]
fn a_node_id_is_the_one_that_the_node_prints() {
    let Reply::Accepted { node, .. } =
        Reply::decode(&hex("010c03000000ffff0b0ab348706729bc012fa0b0a49b92cfbd92"), Version::V1_7).unwrap()
    else {
        panic!("refused")
    };
    // As the node's messages named it: nodeId=2f01bc29-6770-48b3-92bd-cf929ba4b0a0.
    assert_eq!(node.unwrap().to_string(), "2f01bc29-6770-48b3-92bd-cf929ba4b0a0");
}

#[test]
fn lengths_of_credentials_are_those_of_their_bytes() {
    let hello = Hello { credentials: Some(("ü", "пароль")), ..Hello::default() };
    let bytes = hello.encode(Version::V1_1, 1000).unwrap();
    let mut expected =
        hex("00000000 01 0100 0100 0000 02 09 02000000 c3bc 09 0c000000".replace(' ', "").as_str());
    expected.extend("пароль".bytes());
    expected[0] = u8::try_from(expected.len() - 4).unwrap();
    assert_eq!(bytes, expected);
    assert!(hello.encode(Version::V1_0, 1000).is_err());
    assert!(!format!("{hello:?}").contains("пароль"));
}

#[test]
fn attributes_are_a_map_of_strings() {
    let features = Features::NONE.with(Feature::UserAttributes);
    let hello = Hello { features, attributes: &[("a", "b")], credentials: None };
    let bytes = hello.encode(Version::V1_7, 1000).unwrap();
    let expected =
        "010100070000 00 02 0c 01000000 01 19 01000000 01 09 01000000 61 09 01000000 62".replace(' ', "");
    assert_eq!(bytes[4..], hex(&expected));
}

#[test]
fn a_refused_version_names_the_one_to_try() {
    let recording = Recording::h2();
    for (name, asked) in [("handshake-refused-1.8", (1, 8)), ("handshake-refused-2.0", (2, 0))] {
        let asked = Version { major: asked.0, minor: asked.1, patch: 0 };
        let Reply::Refused(refusal) = Reply::decode(&recording.get(name).answer, asked).unwrap() else {
            panic!("{name} was accepted")
        };
        assert_eq!(refusal.status, Some(Status::FAILED));
        assert!(refusal.message.starts_with("Unsupported version"), "{}", refusal.message);
        assert_eq!(refusal.retry_with(asked), Some(Version::V1_7));
    }
}

#[test]
fn a_version_is_tried_only_if_it_is_lower_and_spoken() {
    let refused = |major, minor, patch| Refusal {
        version: Version { major, minor, patch },
        message: String::new(),
        status: None,
    };
    for (asked, named, expected) in [
        (Version::V1_7, refused(1, 2, 0), Some(Version::V1_2)),
        (Version::V1_7, refused(1, 7, 0), None),
        (Version::V1_2, refused(1, 7, 0), None),
        (Version::V1_7, refused(0, 0, 0), None),
        (Version::V1_7, refused(1, 3, 1), None),
    ] {
        assert_eq!(named.retry_with(asked), expected);
    }
}

#[test]
fn wrong_credentials_are_told_by_the_status() {
    let message = "The user name or password is incorrect [userName=x]";
    let mut body = hex("00000000000000 09".replace(' ', "").as_str());
    body.extend(i32::try_from(message.len()).unwrap().to_le_bytes());
    body.extend(message.bytes());
    body.extend(2000_i32.to_le_bytes());
    let Reply::Refused(refusal) = Reply::decode(&body, Version::V1_7).unwrap() else { panic!("accepted") };
    assert!(refusal.is_authentication());
    assert_eq!(refusal.retry_with(Version::V1_7), None);
}
