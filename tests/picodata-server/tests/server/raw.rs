//! A client that sends messages as it is told, and what only such a client can see.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use querent_picodata_server::{
    Encryption, Event, Message, Method, PASSWORD, Script, Server, Type, User, demo, row,
};

/// A connection without manners.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
}

/// A message of the server: its letter and body.
pub(crate) type Answer = (char, Vec<u8>);

impl Raw {
    pub(crate) fn open(address: SocketAddr) -> Raw {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        Raw { stream }
    }

    /// In, as the user `ldap`, whose password goes in clear text.
    pub(crate) fn ldap(address: SocketAddr, parameters: &[(&str, &str)]) -> Raw {
        let mut raw = Raw::open(address);
        raw.startup(&[&[("user", "ldap")], parameters].concat());
        assert_eq!(raw.read(), Some(('R', vec![0, 0, 0, 3])));
        raw.send('p', format!("{PASSWORD}\0").as_bytes());
        raw.until_ready();
        raw
    }

    pub(crate) fn startup(&mut self, parameters: &[(&str, &str)]) {
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for (name, value) in parameters {
            body.extend(format!("{name}\0{value}\0").as_bytes());
        }
        body.push(0);
        self.packet(&body);
    }

    /// A message without a letter.
    pub(crate) fn packet(&mut self, body: &[u8]) {
        let mut packet = (body.len() as u32 + 4).to_be_bytes().to_vec();
        packet.extend(body);
        self.stream.write_all(&packet).expect("sent");
    }

    pub(crate) fn send(&mut self, tag: char, body: &[u8]) {
        self.stream.write_all(&[tag as u8]).expect("sent");
        self.packet(body);
    }

    pub(crate) fn parse(&mut self, name: &str, sql: &str, types: &[u32]) {
        let mut body = format!("{name}\0{sql}\0").into_bytes();
        body.extend((types.len() as u16).to_be_bytes());
        types.iter().for_each(|oid| body.extend(oid.to_be_bytes()));
        self.send('P', &body);
    }

    /// Binds texts, for results as text.
    pub(crate) fn bind(&mut self, portal: &str, statement: &str, values: &[&str]) {
        let mut body = format!("{portal}\0{statement}\0").into_bytes();
        body.extend([0, 0]);
        body.extend((values.len() as u16).to_be_bytes());
        for value in values {
            body.extend((value.len() as u32).to_be_bytes());
            body.extend(value.as_bytes());
        }
        body.extend([0, 0]);
        self.send('B', &body);
    }

    pub(crate) fn execute(&mut self, portal: &str, max_rows: u32) {
        let mut body = format!("{portal}\0").into_bytes();
        body.extend(max_rows.to_be_bytes());
        self.send('E', &body);
    }

    pub(crate) fn sync(&mut self) {
        self.send('S', &[]);
    }

    /// The next message; `None` where the server ended the connection.
    pub(crate) fn read(&mut self) -> Option<Answer> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head).ok()?;
        let len = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; len - 4];
        self.stream.read_exact(&mut body).ok()?;
        Some((char::from(head[0]), body))
    }

    /// The letters of all messages up to ReadyForQuery, which is always idle, and the bodies.
    pub(crate) fn until_ready(&mut self) -> (String, Vec<Vec<u8>>) {
        let (mut letters, mut bodies) = (String::new(), Vec::new());
        loop {
            let (letter, body) = self.read().unwrap_or_else(|| panic!("an end after {letters}"));
            letters.push(letter);
            if letter == 'Z' {
                assert_eq!(body, b"I");
                return (letters, bodies);
            }
            bodies.push(body);
        }
    }

    /// The letters after one simple query.
    pub(crate) fn query(&mut self, sql: &str) -> (String, Vec<Vec<u8>>) {
        self.send('Q', format!("{sql}\0").as_bytes());
        self.until_ready()
    }
}

/// Code and text of an ErrorResponse.
pub(crate) fn fields(body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    let field =
        |name: char| text.split('\0').find_map(|field| field.strip_prefix(name)).unwrap_or("").to_owned();
    assert_eq!(field('S'), "ERROR");
    assert_eq!(text.split('\0').filter(|field| !field.is_empty()).count(), 3, "{text:?}");
    (field('C'), field('M'))
}

fn demo() -> (Server, SocketAddr) {
    let server = Server::start(demo::script(1)).expect("a server");
    let address = server.address("i1");
    (server, address)
}

fn counting() -> (Server, SocketAddr) {
    let script = Script::new().user(User::admin("ldap", PASSWORD, Method::Ldap)).on(
        "SELECT n FROM numbers",
        &[],
        &[("n", Type::Int8)],
        |_| (0..5_i64).map(|n| row![n]).collect::<Vec<_>>(),
    );
    let server = Server::start(script).expect("a server");
    let address = server.address("i1");
    (server, address)
}

#[test]
fn the_greeting_is_picodatas() {
    let (_server, address) = demo();
    let mut raw = Raw::open(address);
    raw.startup(&[("user", "ldap")]);
    raw.read();
    raw.send('p', format!("{PASSWORD}\0").as_bytes());
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "RSSSSSSZ", "no BackendKeyData");
    let names: Vec<_> =
        bodies[1..].iter().map(|body| String::from_utf8_lossy(body).replace('\0', " ")).collect();
    assert_eq!(
        names,
        [
            "server_version 15.0 ",
            "server_encoding UTF8 ",
            "client_encoding UTF8 ",
            "DateStyle ISO, MDY ",
            "integer_datetimes on ",
            "TimeZone UTC "
        ]
    );
}

#[test]
fn a_server_without_tls_says_so_and_goes_on() {
    let (server, address) = demo();
    let mut raw = Raw::open(address);
    raw.packet(&80_877_103_u32.to_be_bytes());
    let mut answer = [0];
    raw.stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N");
    raw.startup(&[("user", "ldap")]);
    assert_eq!(raw.read().unwrap().0, 'R');
    assert_eq!(server.count(|event| *event == Event::SslRequest), 1);
}

#[test]
fn a_server_with_tls_takes_nothing_else() {
    let script = demo::script(1).encryption(Encryption::Tls);
    let server = Server::start(script).unwrap();
    let mut raw = Raw::open(server.address("i1"));
    raw.startup(&[("user", "ldap")]);
    let (letter, body) = raw.read().unwrap();
    assert_eq!(letter, 'E');
    assert_eq!(fields(&body), ("28000".to_owned(), "this server requires the client to use ssl".to_owned()));
    assert_eq!(raw.read(), None);
    let mut raw = Raw::open(server.address("i1"));
    raw.packet(&80_877_103_u32.to_be_bytes());
    let mut answer = [0];
    raw.stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"S");
}

#[test]
fn gssapi_and_cancel_are_refused() {
    let (server, address) = demo();
    let mut raw = Raw::open(address);
    raw.packet(&80_877_104_u32.to_be_bytes());
    let (letter, body) = raw.read().unwrap();
    assert_eq!((letter, fields(&body).0.as_str()), ('E', "08P01"));
    assert_eq!(raw.read(), None);
    let mut raw = Raw::open(address);
    raw.packet(&[80_877_102_u32.to_be_bytes(), [0; 4], [0; 4]].concat());
    assert_eq!(raw.read(), None);
    assert_eq!(server.count(|event| *event == Event::GssEncRequest), 1);
    assert_eq!(server.count(|event| *event == Event::CancelRequest), 1);
}

#[test]
fn one_statement_a_query() {
    let (_server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    for (sql, letters) in [
        ("", "IZ"),
        (" ; ", "IZ"),
        ("BEGIN", "CZ"),
        ("COMMIT;", "CZ"),
        ("SET x = y", "CZ"),
        ("START TRANSACTION", "EZ"),
        ("SELECT 1; SELECT 2", "EZ"),
        ("SELECT 1", "TDCZ"),
        ("SELECT 1 -- one", "EZ"),
        ("SHOW server_version", "EZ"),
    ] {
        assert_eq!(raw.query(sql).0, letters, "{sql}");
    }
    let (_, bodies) = raw.query("SELECT * FROM nope");
    assert_eq!(fields(&bodies[0]).1, "sbroad: table with name \"nope\" not found");
}

#[test]
fn columns_have_no_origin_and_no_length() {
    let (_server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    raw.parse("s", "SELECT * FROM probe_t WHERE id = $1", &[]);
    raw.send('D', b"Ss\0");
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "1tTZ");
    assert_eq!(bodies[1], [0, 1, 0, 0, 0, 20]);
    let first =
        [b"id\0".as_slice(), &[0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0]].concat();
    assert_eq!(bodies[2][..2], [0, 10]);
    assert_eq!(bodies[2][2..2 + first.len()], first);
}

#[test]
fn portals_are_suspended_and_end_with_sync() {
    let (server, address) = counting();
    let mut raw = Raw::ldap(address, &[]);
    raw.parse("", "SELECT n FROM numbers", &[]);
    raw.bind("p", "", &[]);
    for _ in 0..3 {
        raw.execute("p", 2);
    }
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "12DDsDDsDCZ");
    assert_eq!(bodies.last().unwrap(), b"SELECT 5\0");
    assert_eq!(server.nodes_of("SELECT n FROM numbers").len(), 1);
    raw.execute("p", 2);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "EZ");
    assert_eq!(fields(&bodies[0]), ("XX000".to_owned(), "Couldn't find portal 'p'.".to_owned()));
}

#[test]
fn names_are_taken_once() {
    let (server, address) = counting();
    let mut raw = Raw::ldap(address, &[]);
    raw.parse("s", "SELECT n FROM numbers", &[]);
    raw.parse("s", "SELECT n FROM numbers", &[]);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!((letters.as_str(), fields(&bodies[1]).0.as_str()), ("1EZ", "42P05"));
    raw.bind("p", "s", &[]);
    raw.bind("p", "s", &[]);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!((letters.as_str(), fields(&bodies[1]).0.as_str()), ("2EZ", "42P03"));
    raw.bind("", "t", &[]);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "EZ");
    assert_eq!(fields(&bodies[0]), ("XX000".to_owned(), "Couldn't find statement 't'.".to_owned()));
    // Close of what is not there is no error; of what is, it frees the name. DEALLOCATE does too.
    raw.send('C', b"Sx\0");
    raw.send('C', b"Ss\0");
    raw.parse("s", "SELECT n FROM numbers", &[]);
    raw.sync();
    assert_eq!(raw.until_ready().0, "331Z");
    assert_eq!(server.counters("i1").statements, 1);
    assert_eq!(raw.query("DEALLOCATE ALL").0, "CZ");
    assert_eq!(server.counters("i1").statements, 0);
    assert_eq!(server.counters("i1").portals, 0);
}

#[test]
fn an_error_skips_to_sync_and_what_ran_stays() {
    let (server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    let delete = "DELETE FROM probe_t WHERE id = $1";
    raw.parse("", delete, &[]);
    raw.bind("", "", &["1"]);
    raw.execute("", 0);
    raw.parse("", "SELEC", &[]);
    raw.bind("", "", &["2"]);
    raw.execute("", 0);
    raw.sync();
    assert_eq!(raw.until_ready().0, "12CEZ");
    assert_eq!(server.nodes_of(delete).len(), 1);
    raw.parse("", delete, &[]);
    raw.bind("", "", &["3"]);
    raw.execute("", 0);
    raw.sync();
    assert_eq!(raw.until_ready().0, "12CZ");
}

#[test]
fn an_error_is_sent_before_sync_comes() {
    let (_server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    raw.parse("", "SELEC", &[]);
    assert_eq!(raw.read().unwrap().0, 'E');
    // Until then nothing else is heard.
    raw.send('H', &[]);
    raw.parse("", "SELECT 1", &[]);
    raw.sync();
    assert_eq!(raw.until_ready().0, "Z");
}

#[test]
fn values_are_read_by_the_declared_type() {
    let (server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    let select = "SELECT * FROM probe_t WHERE id = $1";
    for (types, letters, code) in [
        (&[23][..], "1tTZ", ""),
        (&[21], "1tTZ", ""),
        (&[0], "1tTZ", ""),
        (&[25], "EZ", "XX000"),
        (&[700], "EZ", "0A000"),
        (&[1114], "EZ", "0A000"),
        (&[1016], "EZ", "0A000"),
    ] {
        raw.parse("", select, types);
        raw.send('D', b"S\0");
        raw.sync();
        let (found, bodies) = raw.until_ready();
        assert_eq!(found, letters, "{types:?}");
        match code {
            "" => assert_eq!(bodies[1][2..], if types == [0] { 20_u32 } else { types[0] }.to_be_bytes()),
            code => assert_eq!(fields(&bodies[0]).0, code),
        }
    }
    raw.parse("", select, &[25]);
    raw.sync();
    let message = fields(&raw.until_ready().1[0]).1;
    assert_eq!(message, "sbroad: could not resolve operator overload for =(int, text)");
    raw.parse("", select, &[700]);
    raw.sync();
    assert_eq!(fields(&raw.until_ready().1[0]).1, "feature is not supported: float4 parameters");
    raw.parse("", select, &[]);
    raw.bind("", "", &["one"]);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!((letters.as_str(), fields(&bodies[1]).0.as_str()), ("1EZ", "22P02"));
    assert!(server.ran().is_empty());
}

#[test]
fn a_notice_tells_the_key_before_parse_complete() {
    let (_server, address) = demo();
    let mut raw = Raw::ldap(address, &[("options", "pico_query_metadata=true,pico_stmt_invalidation=true")]);
    raw.parse("", demo::INSERT, &[]);
    raw.parse("", "DELETE FROM probe_t WHERE id = $1", &[]);
    raw.parse("", "DROP TABLE probe_t", &[]);
    raw.sync();
    let (letters, bodies) = raw.until_ready();
    assert_eq!(letters, "N1N11Z");
    let notice = String::from_utf8_lossy(&bodies[0]).into_owned();
    let query = demo::INSERT;
    let json = format!(
        "{{\"type\":\"PreparedStatementMetadata\",\"query\":\"{query}\",\"tier\":\"default\",\"dk_meta\":[[1,20]]}}"
    );
    assert_eq!(notice, format!("SNOTICE\0C00000\0M{json}\0\0"));
    assert!(String::from_utf8_lossy(&bodies[2]).contains("\"dk_meta\":[]"));
    // Without the option there is none.
    let mut raw =
        Raw::ldap(address, &[("options", "pico_query_metadata=true"), ("pico_query_metadata", "false")]);
    raw.parse("", demo::INSERT, &[]);
    raw.sync();
    assert_eq!(raw.until_ready().0, "1Z");
}

#[test]
fn too_many_parameters_end_the_connection() {
    let script = Script::new().user(User::admin("ldap", PASSWORD, Method::Ldap)).dynamic(|sql| {
        let count: usize = sql.strip_prefix("SELECT f(")?.strip_suffix(")")?.parse().ok()?;
        Some(querent_picodata_server::Statement::query(sql, &vec![Type::Int8; count], &[], |_| 0))
    });
    let server = Server::start(script).unwrap();
    let mut raw = Raw::ldap(server.address("i1"), &[]);
    raw.parse("", "SELECT f(7498)", &[]);
    raw.send('D', b"S\0");
    raw.sync();
    assert_eq!(raw.until_ready().0, "1tnZ");
    raw.parse("", "SELECT f(7499)", &[]);
    raw.sync();
    assert_eq!(raw.read(), None);
}

#[test]
fn statements_are_limited_for_all_clients_of_an_instance() {
    let script = demo::script(2).statements_max(2).portals_max(1);
    let server = Server::start(script).unwrap();
    let sql = "SELECT * FROM probe_t ORDER BY id";
    let mut first = Raw::ldap(server.address("i1"), &[]);
    first.parse("a", sql, &[]);
    first.parse("b", sql, &[]);
    first.sync();
    assert_eq!(first.until_ready().0, "11Z");
    let mut second = Raw::ldap(server.address("i1"), &[]);
    second.parse("c", sql, &[]);
    second.sync();
    let (letters, bodies) = second.until_ready();
    assert_eq!(letters, "EZ");
    assert_eq!(fields(&bodies[0]), ("XX000".to_owned(), "Statement storage is full".to_owned()));
    let mut other = Raw::ldap(server.address("i2"), &[]);
    other.parse("c", sql, &[]);
    other.sync();
    assert_eq!(other.until_ready().0, "1Z");
    first.bind("p", "a", &[]);
    first.bind("q", "a", &[]);
    first.sync();
    let (letters, bodies) = first.until_ready();
    assert_eq!((letters.as_str(), fields(&bodies[1]).1.as_str()), ("2EZ", "Portal storage is full"));
}

#[test]
fn what_is_no_message_is_refused() {
    let (server, address) = demo();
    let mut raw = Raw::ldap(address, &[]);
    raw.send('D', b"?\0");
    let (letter, body) = raw.read().unwrap();
    assert_eq!((letter, fields(&body).0.as_str()), ('E', "08P01"));
    assert_eq!(raw.read(), None);
    let mut raw = Raw::ldap(address, &[]);
    raw.send('F', &[0; 8]);
    let (letters, bodies) = raw.until_ready();
    assert_eq!((letters.as_str(), fields(&bodies[0]).0.as_str()), ("EZ", "0A000"));
    assert_eq!(server.count(|event| *event == Event::Message(Message::Other(b'F'))), 1);
}
