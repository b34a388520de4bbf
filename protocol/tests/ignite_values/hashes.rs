//! Hash codes and partitions, as Java computes them.

use querent_protocol::ignite::hash::{key_hash, partition};
use querent_protocol::ignite::value::{Object, Value};

use crate::golden::{HASHES, lines, unhex};

#[test]
fn keys_have_the_hash_codes_and_partitions_of_java() {
    let mut count = 0;
    for words in lines(HASHES) {
        let bytes = unhex(words[1]);
        let hash = key_hash(&Object::decode(&bytes).unwrap()).unwrap();
        assert_eq!(hash.map(|hash| hash.to_string()).as_deref(), Some(words[2]), "{}", words[0]);
        for (partitions, expected) in [1024, 1, 10, 65_000].into_iter().zip(&words[3..]) {
            assert_eq!(
                partition(hash.unwrap(), partitions).to_string(),
                *expected,
                "{} {partitions}",
                words[0]
            );
        }
        count += 1;
    }
    assert_eq!(count, 43);
}

#[test]
fn what_has_no_hash_code_of_its_own_has_none() {
    for value in [
        Value::Bytes(b"x".as_slice().into()),
        Value::Ints(vec![1]),
        Value::array([Value::Int(1)]),
        Value::list([Value::Ints(vec![1])]),
        Value::map([(Value::Int(1), Value::Strings(vec![]))]),
    ] {
        let mut writer = querent_protocol::ignite::Writer::new(1000);
        value.write(&mut writer);
        let bytes = writer.finish().unwrap();
        assert_eq!(key_hash(&Object::decode(&bytes).unwrap()), Ok(None));
    }
}

#[test]
fn a_key_of_many_lists_is_refused() {
    let mut bytes = [24, 1, 0, 0, 0, 1].repeat(40);
    bytes.push(101);
    assert!(key_hash(&Object::decode(&bytes).unwrap()).is_err());
}
