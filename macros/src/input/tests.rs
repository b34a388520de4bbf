//! The grammar of calls.

use super::*;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// A call in short: source, row type, `unchecked`, the literals, the arguments.
fn shape(rows: Rows, text: &str) -> String {
    let input = match parse(tokens(text), rows) {
        Ok(input) => input,
        Err(problem) => return problem.message.lines().next().unwrap_or_default().to_owned(),
    };
    let shown = |tokens: &Option<TokenStream>| tokens.as_ref().map_or("-".to_owned(), squeezed);
    let literals = match &input.text {
        TextTokens::Literals(literals) => {
            literals.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
        }
        TextTokens::Json(group) => squeezed(&group.stream()),
    };
    let arguments: Vec<String> = input.arguments.iter().map(argument_shape).collect();
    let unchecked = if input.unchecked { " unchecked" } else { "" };
    format!("{} {}{unchecked} {literals} ({})", shown(&input.source), shown(&input.row), arguments.join("; "))
}

fn argument_shape(argument: &Argument) -> String {
    match (&argument.name, argument.explicit) {
        (Some(name), true) => format!("{name}={}", squeezed(&argument.expression)),
        (Some(name), false) => format!("{name}"),
        (None, _) => format!("_={}", squeezed(&argument.expression)),
    }
}

fn squeezed(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}

#[track_caller]
fn check(rows: Rows, text: &str, expected: &str) {
    assert_eq!(shape(rows, text), expected, "{text}");
}

#[test]
fn what_stands_before_the_text_is_told_by_its_place() {
    check(Rows::Anonymous, r#""SELECT 1""#, r#"- - "SELECT 1" ()"#);
    check(Rows::Anonymous, r#"Market, "a" + r"b","#, r#"Market - "a"+r"b" ()"#);
    check(
        Rows::Anonymous,
        r#"crate::db::Market, unchecked, "a", x"#,
        r#"crate::db::Market - unchecked "a" (x)"#,
    );
    check(Rows::Anonymous, r#"unchecked, "a""#, r#"- - unchecked "a" ()"#);
    check(Rows::As, r#"Row, "a""#, r#"- Row "a" ()"#);
    check(Rows::As, r#"M, Row<A, B>, unchecked, "a", 1"#, r#"M Row<A,B> unchecked "a" (_=1)"#);
    check(Rows::Scalar, r#"M, "a""#, r#"M - "a" ()"#);
    check(Rows::Anonymous, r#"M, [{ "FindEntity": {} }], age"#, r#"M - {"FindEntity":{}} (age)"#);
}

#[test]
fn arguments_are_split_at_their_own_commas_only() {
    let check = |arguments: &str, expected: &str| {
        check(Rows::Anonymous, &format!("\"a\", {arguments}"), &format!("- - \"a\" ({expected})"));
    };
    check("x, y = 1, r#type, r#match = z,", "x; y=1; r#type; r#match=z");
    check("a == b, c => d, e = -1, f = &g", "_=a==b; _=c=>d; e=-1; f=&g");
    check("f::<A, B>(1), Vec::<(i8, i8)>::new()", "_=f::<A,B>(1); _=Vec::<(i8,i8)>::new()");
    check("<T as Tr<A, B>>::f(), 1 + <A as B<C, D>>::E", "_=<TasTr<A,B>>::f(); _=1+<AasB<C,D>>::E");
    check("a < b, c > d", "_=a<b; _=c>d");
    check("a << 1, b >> 2, c <= d", "_=a<<1; _=b>>2; _=c<=d");
    check("x as Map<A, B>, y", "_=xasMap<A,B>; y");
    check("x as i64 < 3, y > 4", "_=xasi64<3,y>4");
    check(
        "|a, b| a + b, move |x, y| x, || 1, a | b, c || d",
        "_=|a,b|a+b; _=move|x,y|x; _=||1; _=a|b; _=c||d",
    );
    check(
        "list.iter().map(|(a, b)| a).sum::<i64>(), [1, 2], { a; b }",
        "_=list.iter().map(|(a,b)|a).sum::<i64>(); _=[1,2]; _={a;b}",
    );
    check("self, true, self.x, *y, &z", "_=self; _=true; _=self.x; _=*y; _=&z");
    check(
        "f(|a: fn(i8) -> i8, b| a), if a < b { c } else { d }, e",
        "_=f(|a:fn(i8)->i8,b|a); _=ifa<b{c}else{d}; e",
    );
}

#[test]
fn literals_come_out_of_the_groups_that_other_macros_put_them_in() {
    let literal = TokenTree::Literal(Literal::string("a"));
    let mut call = tokens("M,");
    call.extend([TokenTree::Group(Group::new(Delimiter::None, literal.into()))]);
    call.extend(tokens(", "));
    call.extend([TokenTree::Group(Group::new(Delimiter::None, tokens("x + 1")))]);
    let input = parse(call, Rows::Anonymous).unwrap();
    assert!(matches!(&input.text, TextTokens::Literals(literals) if literals.len() == 1));
    // An expression stays in its group: taken apart it would bind to what stands beside it.
    assert_eq!(input.arguments[0].expression.clone().into_iter().count(), 1);
}

#[test]
fn calls_that_cannot_be_are_told() {
    let errors = [
        (Rows::Anonymous, "", "expected the text of a query"),
        (Rows::Anonymous, "Market", "expected the text of the query as a string literal, found `Market`"),
        (Rows::Anonymous, "Market, SQL", "expected the text of the query as a string literal, found `SQL`"),
        (Rows::Anonymous, "A, B, \"a\"", "too much stands before the text of the query"),
        (Rows::As, "\"a\"", "expected the type of the rows before the text"),
        (Rows::As, "unchecked, \"a\"", "expected the type of the rows before the text"),
        (Rows::As, "A, B, C, \"a\"", "too much stands before the text of the query"),
        (Rows::Anonymous, "\"a\" + b", "expected a string literal, found `b`"),
        (Rows::Anonymous, "\"a\" +", "expected a string literal after `+`"),
        (Rows::Anonymous, "\"a\" x", "expected `,` after the text of the query, found `x`"),
        (Rows::Anonymous, "\"a\", , x", "expected an argument"),
        (Rows::Anonymous, "\"a\", x = , y", "expected an argument"),
        (Rows::Anonymous, "\"a\", x =", "expected an argument"),
    ];
    for (rows, text, expected) in errors {
        check(rows, text, expected);
    }
}
