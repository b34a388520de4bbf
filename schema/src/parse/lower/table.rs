//! FROM: tables, joins, derived tables, table functions.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{
    Clause, ExprKind, Ident, Join, JoinConstraint, JoinKind, Name, Query, Span, TableAlias, TableFactor,
    TableFactorKind, TableWithJoins,
};

impl Lower<'_> {
    /// Tables with commas between them.
    pub(super) fn tables(&mut self, tables: &[sp::TableWithJoins]) -> Vec<TableWithJoins> {
        let mut all = Vec::with_capacity(tables.len());
        for (i, table) in tables.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            all.push(self.table_with_joins(table));
        }
        all
    }

    pub(super) fn table_with_joins(&mut self, table: &sp::TableWithJoins) -> TableWithJoins {
        let relation = self.table_factor(&table.relation);
        let joins = table.joins.iter().map(|join| self.join(join)).collect();
        TableWithJoins { relation, joins }
    }

    pub(super) fn join(&mut self, join: &sp::Join) -> Join {
        use sp::JoinOperator as J;
        let start = self.cursor.pos();
        let (kind, constraint) = match &join.join_operator {
            J::Join(c) | J::Inner(c) | J::StraightJoin(c) => (JoinKind::Inner, Some(c)),
            J::Left(c) | J::LeftOuter(c) => (JoinKind::Left, Some(c)),
            J::Right(c) | J::RightOuter(c) => (JoinKind::Right, Some(c)),
            J::FullOuter(c) => (JoinKind::Full, Some(c)),
            J::CrossJoin(c) => (JoinKind::Cross, Some(c)),
            J::Semi(c) | J::LeftSemi(c) => (JoinKind::LeftSemi, Some(c)),
            J::RightSemi(c) => (JoinKind::RightSemi, Some(c)),
            J::Anti(c) | J::LeftAnti(c) => (JoinKind::LeftAnti, Some(c)),
            J::RightAnti(c) => (JoinKind::RightAnti, Some(c)),
            J::CrossApply => (JoinKind::CrossApply, None),
            J::OuterApply => (JoinKind::OuterApply, None),
            J::AsOf { constraint, .. } => (JoinKind::AsOf, Some(constraint)),
            J::ArrayJoin | J::LeftArrayJoin | J::InnerArrayJoin => (JoinKind::Cross, None),
        };
        const WORDS: &[&str] = &[
            "global",
            "natural",
            "inner",
            "left",
            "right",
            "full",
            "outer",
            "cross",
            "semi",
            "anti",
            "asof",
            "array",
            "join",
            "apply",
            "straight_join",
        ];
        self.cursor.skip_any(WORDS);
        let mut relation = self.table_factor(&join.relation);
        if matches!(join.join_operator, J::ArrayJoin | J::LeftArrayJoin | J::InnerArrayJoin) {
            relation.other.push(Clause { name: "ARRAY JOIN".to_string(), span: relation.span });
        }
        if let J::AsOf { match_condition, .. } = &join.join_operator {
            self.cursor.expect("match_condition");
            let close = self.cursor.open(&Token::LParen);
            let condition = self.expr(match_condition);
            self.cursor.close(close);
            relation.other.push(Clause { name: "ASOF JOIN".to_string(), span: condition.span });
        }
        let constraint = constraint.map_or(JoinConstraint::None, |c| self.join_constraint(c));
        Join { kind, constraint, relation, span: self.cursor.since(start) }
    }

    fn join_constraint(&mut self, constraint: &sp::JoinConstraint) -> JoinConstraint {
        match constraint {
            sp::JoinConstraint::On(expr) => {
                self.cursor.expect("on");
                JoinConstraint::On(self.expr(expr))
            }
            sp::JoinConstraint::Using(columns) => {
                self.cursor.expect("using");
                let close = self.cursor.open(&Token::LParen);
                let columns = columns.iter().map(|name| self.name(name).last().clone()).collect();
                self.cursor.close(close);
                JoinConstraint::Using(columns)
            }
            sp::JoinConstraint::Natural => JoinConstraint::Natural,
            sp::JoinConstraint::None => JoinConstraint::None,
        }
    }

    /// A table factor that begins under the cursor.
    pub(super) fn table_factor(&mut self, factor: &sp::TableFactor) -> TableFactor {
        self.nested(
            |this| {
                let start = this.cursor.pos();
                let mut lowered = this.read_factor(factor);
                // Of `(t AS x)` sqlparser keeps the table and its alias, and forgets the brackets.
                if matches!(factor, sp::TableFactor::Table { .. }) {
                    while this.cursor.is_open_since(start) {
                        this.cursor.advance(1);
                    }
                }
                lowered.span = this.cursor.since(start);
                lowered
            },
            |this| bare(TableFactorKind::Other("deep nesting".to_string()), this.cursor.here()),
        )
    }

    fn read_factor(&mut self, factor: &sp::TableFactor) -> TableFactor {
        use sp::TableFactor as F;
        match factor {
            F::Table { .. } => self.table(factor),
            F::Derived { lateral, subquery, alias, sample } => {
                self.cursor.skip("lateral");
                let query = self.derived(subquery);
                let mut lowered = bare(TableFactorKind::Derived(Box::new(query)), Span::default());
                lowered.lateral = *lateral;
                self.sample(sample.as_ref(), alias.as_ref(), &mut lowered);
                lowered
            }
            F::Function { lateral, name, args, with_ordinality, alias } => {
                self.cursor.skip("lateral");
                let name = self.name(name);
                let args = self.table_args(args);
                let mut lowered = bare(TableFactorKind::Function { name, args }, Span::default());
                lowered.lateral = *lateral;
                self.ordinality(*with_ordinality, &mut lowered.other);
                lowered.alias = self.table_alias(alias.as_ref(), &mut lowered.other);
                lowered
            }
            F::UNNEST { array_exprs, with_ordinality, with_offset, with_offset_alias, alias } => {
                self.cursor.expect("unnest");
                let close = self.cursor.open(&Token::LParen);
                let exprs = self.exprs(array_exprs);
                self.cursor.close(close);
                let ordinality = *with_ordinality || *with_offset;
                let mut lowered = bare(TableFactorKind::Unnest { exprs, ordinality }, Span::default());
                if *with_ordinality {
                    self.cursor.skip_any(&["with", "ordinality"]);
                }
                lowered.alias = self.table_alias(alias.as_ref(), &mut lowered.other);
                if *with_offset {
                    self.cursor.skip_any(&["with", "offset", "as"]);
                    if let Some(name) = with_offset_alias {
                        self.ident(name);
                    }
                }
                lowered
            }
            F::NestedJoin { table_with_joins, alias } => {
                let close = (*self.cursor.peek() == Token::LParen).then(|| self.cursor.open(&Token::LParen));
                let inner = self.table_with_joins(table_with_joins);
                if let Some(close) = close {
                    self.cursor.close(close);
                }
                let mut lowered = bare(TableFactorKind::Nested(Box::new(inner)), Span::default());
                lowered.alias = self.table_alias(alias.as_ref(), &mut lowered.other);
                lowered
            }
            F::TableFunction { expr, alias } => {
                self.cursor.expect("table");
                let close = self.cursor.open(&Token::LParen);
                let call = self.expr(expr);
                self.cursor.close(close);
                let kind = match call.kind {
                    ExprKind::Function(call) => TableFactorKind::InTable { name: call.name, args: call.args },
                    _ => TableFactorKind::Other("TABLE(…)".to_string()),
                };
                let mut lowered = bare(kind, Span::default());
                lowered.alias = self.table_alias(alias.as_ref(), &mut lowered.other);
                lowered
            }
            other => self.exotic(other),
        }
    }

    /// `(query)`, or VALUES without parentheses of its own.
    fn derived(&mut self, query: &sp::Query) -> Query {
        if *self.cursor.peek() != Token::LParen {
            return self.query(query);
        }
        let close = self.cursor.open(&Token::LParen);
        let query = self.query(query);
        self.cursor.close(close);
        query
    }

    fn table(&mut self, factor: &sp::TableFactor) -> TableFactor {
        let sp::TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = factor
        else {
            return bare(TableFactorKind::Other("table".to_string()), Span::default());
        };
        self.cursor.skip("only");
        let name = self.name(name);
        let kind = match args {
            Some(args) => TableFactorKind::Function { name, args: self.table_args(&args.args) },
            None => TableFactorKind::Table(name),
        };
        let mut lowered = bare(kind, Span::default());
        if let Some(path) = json_path {
            self.other(&mut lowered.other, "a path into a table", |this| this.json_path(path));
        }
        if !partitions.is_empty() {
            self.other(&mut lowered.other, "PARTITION", |this| {
                this.cursor.expect("partition");
                this.cursor.skip_group();
            });
        }
        if let Some(version) = version {
            self.other(&mut lowered.other, "a version of a table", |this| this.table_version(version));
        }
        self.ordinality(*with_ordinality, &mut lowered.other);
        self.sample(sample.as_ref(), alias.as_ref(), &mut lowered);
        if !index_hints.is_empty() {
            self.other(&mut lowered.other, "an index hint", |this| {
                while this.cursor.is_any(&["use", "ignore", "force"]) {
                    this.cursor.skip_any(&[
                        "use", "ignore", "force", "index", "key", "for", "join", "order", "group", "by",
                    ]);
                    this.cursor.skip_group();
                }
            });
        }
        if !with_hints.is_empty() {
            self.other(&mut lowered.other, "a table hint", |this| {
                this.cursor.expect("with");
                this.cursor.skip_group();
            });
        }
        lowered
    }

    fn table_args(&mut self, args: &[sp::FunctionArg]) -> Vec<crate::ast::FunctionArg> {
        let close = self.cursor.open(&Token::LParen);
        let args = self.function_args(args);
        self.cursor.close(close);
        args
    }

    fn ordinality(&mut self, there: bool, other: &mut Vec<Clause>) {
        if there {
            self.other(other, "WITH ORDINALITY", |this| this.cursor.skip_any(&["with", "ordinality"]));
        }
    }

    /// The alias, with a sample before or after it.
    fn sample(
        &mut self,
        sample: Option<&sp::TableSampleKind>,
        alias: Option<&sp::TableAlias>,
        lowered: &mut TableFactor,
    ) {
        let before = matches!(sample, Some(sp::TableSampleKind::BeforeTableAlias(_)));
        if !before {
            lowered.alias = self.table_alias(alias, &mut lowered.other);
        }
        if sample.is_some() {
            self.other(&mut lowered.other, "TABLESAMPLE", |this| {
                this.cursor.skip_any(&["tablesample", "sample", "bernoulli", "system", "row", "block"]);
                this.cursor.skip_group();
                while this.cursor.is_any(&["repeatable", "seed"]) {
                    this.cursor.advance(1);
                    this.cursor.skip_group();
                }
            });
        }
        if before {
            lowered.alias = self.table_alias(alias, &mut lowered.other);
        }
    }

    fn table_version(&mut self, version: &sp::TableVersion) {
        self.cursor.skip_any(&["for", "system_time", "timestamp", "version", "as", "of"]);
        match version {
            sp::TableVersion::ForSystemTimeAsOf(expr)
            | sp::TableVersion::TimestampAsOf(expr)
            | sp::TableVersion::VersionAsOf(expr)
            | sp::TableVersion::Function(expr) => {
                self.expr(expr);
            }
            sp::TableVersion::Changes { changes, at, end } => {
                self.expr(changes);
                self.expr(at);
                if let Some(end) = end {
                    self.expr(end);
                }
            }
        }
    }

    pub(super) fn table_alias(
        &mut self,
        alias: Option<&sp::TableAlias>,
        other: &mut Vec<Clause>,
    ) -> Option<TableAlias> {
        let alias = alias?;
        self.cursor.skip("as");
        let name = self.ident(&alias.name);
        let start = self.cursor.pos();
        let columns = self.alias_columns(&alias.columns);
        if alias.columns.iter().any(|c| c.data_type.is_some()) {
            other.push(Clause {
                name: "column types in a table alias".to_string(),
                span: self.cursor.since(start),
            });
        }
        if let Some(at) = &alias.at {
            self.other(other, "AT in a table alias", |this| {
                this.cursor.skip("at");
                this.ident(at);
            });
        }
        Some(TableAlias { name, columns })
    }

    pub(super) fn alias_columns(&mut self, columns: &[sp::TableAliasColumnDef]) -> Vec<Ident> {
        if columns.is_empty() {
            return Vec::new();
        }
        let close = self.cursor.open(&Token::LParen);
        let columns = columns.iter().map(|column| self.ident(&column.name)).collect();
        self.cursor.close(close);
        columns
    }

    /// PIVOT, MATCH_RECOGNIZE and the like: read by their brackets alone.
    fn exotic(&mut self, factor: &sp::TableFactor) -> TableFactor {
        use sp::TableFactor as F;
        let (table, name, alias) = match factor {
            F::Pivot { table, alias, .. } => (Some(table), "PIVOT", alias),
            F::Unpivot { table, alias, .. } => (Some(table), "UNPIVOT", alias),
            F::MatchRecognize { table, alias, .. } => (Some(table), "MATCH_RECOGNIZE", alias),
            F::JsonTable { alias, .. } => (None, "JSON_TABLE", alias),
            F::OpenJsonTable { alias, .. } => (None, "OPENJSON", alias),
            F::XmlTable { alias, .. } => (None, "XMLTABLE", alias),
            F::SemanticView { alias, .. } => (None, "SEMANTIC_VIEW", alias),
            _ => (None, "this kind of table", &None),
        };
        if let Some(table) = table {
            self.table_factor(table);
        }
        while !self.cursor.skip_group() && !self.cursor.at_end() {
            self.cursor.advance(1);
        }
        if name == "OPENJSON" && self.cursor.skip("with") {
            self.cursor.skip_group();
        }
        let mut lowered = bare(TableFactorKind::Other(name.to_string()), Span::default());
        lowered.alias = self.table_alias(alias.as_ref(), &mut lowered.other);
        lowered
    }

    /// A qualified name of which the tree keeps no places (`TABLE a.b`).
    pub(super) fn name_of_tokens(&mut self) -> Name {
        let mut parts = Vec::new();
        loop {
            let span = self.cursor.here();
            let (value, quoted) = match self.cursor.peek() {
                Token::Word(w) => (w.value.clone(), w.quote_style.is_some()),
                Token::SingleQuotedString(s) | Token::DoubleQuotedString(s) => (s.clone(), true),
                _ => (String::new(), true),
            };
            self.cursor.advance(1);
            parts.push(Ident { value, quoted, span });
            if !self.cursor.eat(&Token::Period) {
                return Name { parts };
            }
        }
    }
}

fn bare(kind: TableFactorKind, span: Span) -> TableFactor {
    TableFactor { kind, alias: None, lateral: false, other: Vec::new(), span }
}
