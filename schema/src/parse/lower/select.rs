//! SELECT.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{
    Clause, Distinct, Expr, ExprKind, GroupBy, Literal, Select, SelectItem, Span, TableWithJoins,
    WildcardOptions, Window,
};

impl Lower<'_> {
    pub(super) fn select(&mut self, select: &sp::Select) -> Select {
        let start = self.cursor.pos();
        let mut lowered = empty_select();
        let from_first = select.flavor != sp::SelectFlavor::Standard;
        if from_first {
            lowered.from = self.from(&select.from);
        }
        if select.flavor == sp::SelectFlavor::FromFirstNoSelect {
            lowered.span = self.cursor.since(start);
            lowered.other.push(Clause { name: "FROM without SELECT".to_string(), span: lowered.span });
            let at = self.nothing();
            lowered.items.push(SelectItem::Wildcard {
                qualifier: None,
                options: WildcardOptions::default(),
                span: at,
            });
        } else {
            self.select_head(select, &mut lowered);
        }
        if !from_first && !select.from.is_empty() {
            lowered.from = self.from(&select.from);
        }
        self.lateral_views(select, &mut lowered.other);
        if let Some(prewhere) = &select.prewhere {
            self.other(&mut lowered.other, "PREWHERE", |this| {
                this.cursor.expect("prewhere");
                this.expr(prewhere);
            });
        }
        if let Some(selection) = &select.selection {
            self.cursor.expect("where");
            lowered.selection = Some(self.expr(selection));
        }
        self.connect_by(select, &mut lowered.other);
        lowered.group_by = self.group_by(&select.group_by, &mut lowered.other);
        self.hive_clauses(select, &mut lowered.other);
        if let Some(having) = &select.having {
            self.cursor.expect("having");
            lowered.having = Some(self.expr(having));
        }
        self.windows_and_qualify(select, &mut lowered);
        lowered.span = self.cursor.since(start);
        lowered
    }

    /// From `SELECT` to the end of the select list.
    fn select_head(&mut self, select: &sp::Select, lowered: &mut Select) {
        self.cursor.expect("select");
        if select.value_table_mode.is_some() {
            self.other(&mut lowered.other, "SELECT AS VALUE or STRUCT", |this| {
                this.cursor.skip_any(&["as", "distinct", "all", "value", "struct"]);
            });
        }
        self.select_modifiers(select, &mut lowered.other);
        if select.top_before_distinct {
            self.top(select.top.as_ref(), lowered);
        }
        lowered.distinct = match &select.distinct {
            None => None,
            Some(sp::Distinct::All) => {
                self.cursor.skip("all");
                None
            }
            Some(sp::Distinct::Distinct) => {
                self.cursor.skip("distinct");
                Some(Distinct::All)
            }
            Some(sp::Distinct::On(exprs)) => {
                self.cursor.skip("distinct");
                self.cursor.expect("on");
                let close = self.cursor.open(&Token::LParen);
                let exprs = self.exprs(exprs);
                self.cursor.close(close);
                Some(Distinct::On(exprs))
            }
        };
        if !select.top_before_distinct {
            self.top(select.top.as_ref(), lowered);
        }
        lowered.items = self.select_items(&select.projection, &mut lowered.other);
        if select.exclude.is_some() {
            self.other(&mut lowered.other, "EXCLUDE after the select list", |this| {
                this.cursor.expect("exclude");
                if !this.cursor.skip_group() {
                    this.cursor.advance(1);
                }
            });
        }
        if let Some(into) = &select.into {
            self.other(&mut lowered.other, "SELECT … INTO", |this| {
                this.cursor.expect("into");
                this.cursor.skip_any(&["temporary", "temp", "unlogged", "table"]);
                this.name(&into.name);
            });
        }
    }

    fn select_modifiers(&mut self, select: &sp::Select, other: &mut Vec<Clause>) {
        if select.select_modifiers.as_ref().is_some_and(sp::SelectModifiers::is_any_set) {
            self.other(other, "a modifier of SELECT", |this| {
                this.cursor.skip_any(&[
                    "high_priority",
                    "straight_join",
                    "sql_small_result",
                    "sql_big_result",
                    "sql_buffer_result",
                    "sql_no_cache",
                    "sql_calc_found_rows",
                ]);
            });
        }
    }

    fn top(&mut self, top: Option<&sp::Top>, lowered: &mut Select) {
        let Some(top) = top else { return };
        let start = self.cursor.pos();
        self.cursor.expect("top");
        lowered.top = match &top.quantity {
            Some(sp::TopQuantity::Expr(expr)) => {
                let close = self.cursor.open(&Token::LParen);
                let count = self.expr(expr);
                self.cursor.close(close);
                Some(count)
            }
            Some(sp::TopQuantity::Constant(count)) => {
                let span = self.cursor.here();
                self.cursor.advance(1);
                Some(Expr { kind: ExprKind::Literal(Literal::Number(count.to_string())), span })
            }
            None => None,
        };
        if top.percent {
            self.cursor.skip("percent");
        }
        if top.with_ties {
            self.cursor.skip_any(&["with", "ties"]);
        }
        if top.percent || top.with_ties || lowered.top.is_none() {
            let span = self.cursor.since(start);
            lowered.other.push(Clause { name: "this form of TOP".to_string(), span });
        }
    }

    fn from(&mut self, from: &[sp::TableWithJoins]) -> Vec<TableWithJoins> {
        self.cursor.expect("from");
        self.tables(from)
    }

    fn lateral_views(&mut self, select: &sp::Select, other: &mut Vec<Clause>) {
        for view in &select.lateral_views {
            self.other(other, "LATERAL VIEW", |this| {
                this.cursor.skip_any(&["lateral", "view", "outer"]);
                this.expr(&view.lateral_view);
                this.name(&view.lateral_view_name);
                for alias in &view.lateral_col_alias {
                    this.ident(alias);
                }
            });
        }
    }

    fn connect_by(&mut self, select: &sp::Select, other: &mut Vec<Clause>) {
        for clause in &select.connect_by {
            self.other(other, "CONNECT BY", |this| match clause {
                sp::ConnectByKind::ConnectBy { relationships, .. } => {
                    this.cursor.skip_any(&["connect", "by", "nocycle"]);
                    this.exprs(relationships);
                }
                sp::ConnectByKind::StartWith { condition, .. } => {
                    this.cursor.skip_any(&["start", "with"]);
                    this.expr(condition);
                }
            });
        }
    }

    fn group_by(&mut self, group_by: &sp::GroupByExpr, other: &mut Vec<Clause>) -> GroupBy {
        let (lowered, modifiers) = match group_by {
            sp::GroupByExpr::All(modifiers) => {
                self.cursor.expect("group");
                self.cursor.skip_any(&["by", "all"]);
                (GroupBy::All, modifiers)
            }
            sp::GroupByExpr::Expressions(exprs, modifiers) => {
                if exprs.is_empty() && modifiers.is_empty() {
                    return GroupBy::None;
                }
                self.cursor.expect("group");
                self.cursor.expect("by");
                (GroupBy::Expressions(self.exprs(exprs)), modifiers)
            }
        };
        self.group_modifiers(lowered, modifiers, other)
    }

    /// `WITH ROLLUP` and `WITH CUBE` mean `ROLLUP (…)` and `CUBE (…)` of all keys.
    fn group_modifiers(
        &mut self,
        group_by: GroupBy,
        modifiers: &[sp::GroupByWithModifier],
        other: &mut Vec<Clause>,
    ) -> GroupBy {
        let mut lowered = group_by;
        for modifier in modifiers {
            let start = self.cursor.pos();
            if let sp::GroupByWithModifier::GroupingSets(expr) = modifier {
                let sets = self.expr(expr);
                lowered = match lowered {
                    GroupBy::Expressions(mut keys) => {
                        keys.push(sets);
                        GroupBy::Expressions(keys)
                    }
                    _ => GroupBy::Expressions(vec![sets]),
                };
                continue;
            }
            self.cursor.skip_any(&["with", "rollup", "cube", "totals"]);
            let span = self.cursor.since(start);
            lowered = match (modifier, lowered) {
                (sp::GroupByWithModifier::Rollup, GroupBy::Expressions(keys)) => {
                    whole(keys, span, ExprKind::Rollup)
                }
                (sp::GroupByWithModifier::Cube, GroupBy::Expressions(keys)) => {
                    whole(keys, span, ExprKind::Cube)
                }
                (_, lowered) => {
                    other.push(Clause { name: "a modifier of GROUP BY".to_string(), span });
                    lowered
                }
            };
        }
        lowered
    }

    fn hive_clauses(&mut self, select: &sp::Select, other: &mut Vec<Clause>) {
        for (word, exprs) in [("cluster", &select.cluster_by), ("distribute", &select.distribute_by)] {
            if exprs.is_empty() {
                continue;
            }
            self.other(other, &format!("{} BY", word.to_uppercase()), |this| {
                this.cursor.expect(word);
                this.cursor.expect("by");
                this.exprs(exprs);
            });
        }
        if !select.sort_by.is_empty() {
            self.other(other, "SORT BY", |this| {
                this.cursor.skip_any(&["sort", "by"]);
                this.order_by_exprs(&select.sort_by);
            });
        }
    }

    fn windows_and_qualify(&mut self, select: &sp::Select, lowered: &mut Select) {
        if select.window_before_qualify {
            self.windows(&select.named_window, lowered);
        }
        if let Some(qualify) = &select.qualify {
            self.cursor.expect("qualify");
            lowered.qualify = Some(self.expr(qualify));
        }
        if !select.window_before_qualify {
            self.windows(&select.named_window, lowered);
        }
    }

    fn windows(&mut self, windows: &[sp::NamedWindowDefinition], lowered: &mut Select) {
        if !windows.is_empty() {
            self.cursor.expect("window");
        }
        for (i, sp::NamedWindowDefinition(name, window)) in windows.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let name = self.ident(name);
            self.cursor.expect("as");
            let window = match window {
                sp::NamedWindowExpr::NamedWindow(base) => {
                    Window { base: Some(self.ident(base)), ..Window::default() }
                }
                sp::NamedWindowExpr::WindowSpec(spec) => self.window(spec),
            };
            lowered.windows.push((name, window));
        }
    }
}

pub(super) fn empty_select() -> Select {
    Select {
        distinct: None,
        top: None,
        items: Vec::new(),
        from: Vec::new(),
        selection: None,
        group_by: GroupBy::None,
        having: None,
        qualify: None,
        windows: Vec::new(),
        other: Vec::new(),
        span: Span::default(),
    }
}

fn whole(keys: Vec<Expr>, modifier: Span, kind: fn(Vec<Vec<Expr>>) -> ExprKind) -> GroupBy {
    let span = keys.first().map_or(modifier, |k| k.span.to(modifier));
    GroupBy::Expressions(vec![Expr { kind: kind(keys.into_iter().map(|key| vec![key]).collect()), span }])
}
