//! Passwords and the lock.

use querent_picodata_server::{Event, PASSWORD, Server, demo};

use crate::{config, connect, connect_with, said};

fn server() -> Server {
    Server::start(demo::script(2)).expect("a server")
}

#[tokio::test]
async fn every_kind_of_password_lets_in() {
    let server = server();
    for user in ["admin", "plain", "md5", "ldap"] {
        let client = connect(&server, user).await;
        assert_eq!(client.query_one("SELECT 1", &[]).await.unwrap().get::<_, i64>(0), 1, "{user}");
    }
    assert_eq!(server.counters("i1").ready, 4);
}

#[tokio::test]
async fn a_wrong_one_does_not() {
    let server = server();
    for user in ["admin", "md5", "ldap", "nobody"] {
        let error = connect_with(config(&server, "i1", user).password("wrong")).await.unwrap_err();
        assert_eq!(said(&error), ("28P01".to_owned(), format!("authentication failed for user '{user}'")));
        assert!(!format!("{:?}", server.log()).contains("wrong"));
    }
    // Whatever the password.
    let error = connect_with(config(&server, "i1", "chap").password(PASSWORD)).await.unwrap_err();
    assert_eq!(said(&error).0, "28P01");
    assert_eq!(server.count(|event| *event == Event::Refused("28P01")), 5);
    assert_eq!(server.counters("i1").failed_logins, 5);
}

#[tokio::test]
async fn four_wrong_ones_lock_the_user_on_that_instance() {
    let server = server();
    for _ in 0..4 {
        connect_with(config(&server, "i1", "md5").password("wrong")).await.unwrap_err();
    }
    let error = connect_with(&config(&server, "i1", "md5")).await.unwrap_err();
    assert_eq!(said(&error).0, "28P01");
    assert!(connect_with(&config(&server, "i2", "md5")).await.is_ok());
    assert!(connect_with(&config(&server, "i1", "ldap")).await.is_ok());
    server.unlock("md5");
    assert!(connect_with(&config(&server, "i1", "md5")).await.is_ok());
}

#[tokio::test]
async fn a_right_one_forgets_the_wrong_ones_and_so_does_a_restart() {
    let server = server();
    for wrong in [3, 3, 4] {
        for _ in 0..wrong {
            connect_with(config(&server, "i1", "md5").password("wrong")).await.unwrap_err();
        }
        assert_eq!(connect_with(&config(&server, "i1", "md5")).await.is_ok(), wrong < 4);
    }
    server.stop_node("i1");
    server.start_node("i1").unwrap();
    assert!(connect_with(&config(&server, "i1", "md5")).await.is_ok());
}
