//! The places of a statement where a mistake can be made, each with what is written instead.

use std::collections::BTreeSet;

use querent_schema::ast::{
    BinaryOp, Cte, Expr, ExprKind, Function, FunctionArg, GroupBy, Ident, JoinConstraint, Literal, Name,
    OrderBy, Query, Select, SelectItem, Span, Statement, StatementKind, TableFactor, TableFactorKind,
};
use querent_schema::catalog::TableLookup;
use querent_schema::dialect::Placeholder;

use super::Mistake;
use super::names::{Names, folded};
use crate::random::Random;
use crate::walk::{self, Node};

/// A place and what is written there.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) mistake: Mistake,
    pub(super) span: Span,
    pub(super) text: String,
    pub(super) original: String,
    pub(super) certain: bool,
    /// Whether names elsewhere depend on it, so that it hides other mistakes.
    pub(super) hides: bool,
}

/// Functions whose calls have words among their arguments, so that another name is another syntax.
const SPELT: &[&str] =
    &["overlay", "position", "substring", "trim", "extract", "ceil", "floor", "struct", "grouping", "table"];

struct Finder<'a, 's> {
    sql: &'s str,
    names: &'a Names<'a>,
    random: &'a mut Random,
    params: usize,
    sites: Vec<Site>,
    /// What no engine plans: definitions of windows but where they are used, CTEs that nothing names, sort keys of derived
    /// tables whose order shows nowhere.
    unread: Vec<Span>,
}

/// Every place for a mistake, in the order of the tree.
pub(super) fn sites(
    sql: &str,
    statement: &Statement,
    names: &Names<'_>,
    params: usize,
    random: &mut Random,
) -> Vec<Site> {
    let mut finder = Finder { sql, names, random, params, sites: Vec::new(), unread: Vec::new() };
    finder.target(statement);
    walk::statement(statement, &mut |_, node| finder.see(&node));
    let Finder { mut sites, unread, .. } = finder;
    // What is not planned is not wrong.
    sites.retain(|site| !unread.iter().any(|span| span.contains(site.span)));
    sites
}

impl Finder<'_, '_> {
    fn see(&mut self, node: &Node<'_>) {
        match node {
            Node::Expr(expr) => self.expr(expr),
            Node::Factor(factor) => self.factor(factor),
            Node::Join(join) => {
                if let JoinConstraint::Using(columns) = &join.constraint {
                    columns.iter().for_each(|column| self.column(column));
                }
            }
            Node::Select(select) => {
                if let Some((name, _)) = select.windows.first() {
                    self.unread.push(Span { start: name.span.start, end: select.span.end });
                }
                self.group_by(select);
                self.ambiguous(select);
            }
            Node::With(with) => {
                for cte in &with.ctes {
                    self.unused(cte);
                }
            }
            Node::Insert(insert) => insert.columns.iter().for_each(|column| self.column(column)),
            Node::Assignments(own) => {
                own.iter().flat_map(|own| &own.targets).for_each(|target| self.column(target.last()));
            }
            _ => {}
        }
    }

    /// Adds a change of a token whose text is what the tree says.
    fn add(&mut self, mistake: Mistake, span: Span, text: String, certain: bool) {
        let Some(original) = self.sql.get(span.start as usize..span.end as usize) else { return };
        if original != text {
            let hides = mistake == Mistake::Table;
            self.sites.push(Site { mistake, span, text, original: original.to_owned(), certain, hides });
        }
    }

    fn misspell(&mut self, mistake: Mistake, ident: &Ident, among: &BTreeSet<String>) {
        let stands = self.sql.get(ident.span.start as usize..ident.span.end as usize);
        let as_written =
            stands.is_some_and(|text| text.trim_matches('"').replace("\"\"", "\"") == ident.value);
        if !as_written {
            return;
        }
        if let Some(text) = self.names.misspelt(ident, among, self.random) {
            self.add(mistake, ident.span, text, true);
        }
    }

    fn column(&mut self, ident: &Ident) {
        if self.names.columns.contains(&folded(ident)) {
            self.misspell(Mistake::Column, ident, &self.names.columns);
        }
    }

    /// The table that a statement writes.
    fn target(&mut self, statement: &Statement) {
        if let StatementKind::Insert(insert) = &statement.kind {
            self.table(&insert.table);
        }
    }

    fn table(&mut self, name: &Name) {
        let ident = name.last();
        if self.names.tables.contains(&folded(ident)) {
            self.misspell(Mistake::Table, ident, &self.names.tables);
        }
    }

    fn unused(&mut self, cte: &Cte) {
        let name = cte.alias.name.value.as_str();
        if self.sql.matches(name).nth(1).is_none() {
            self.unread.push(cte.query.span);
        }
    }

    fn unsorted(&mut self, query: &Query) {
        let shows = query.limit.is_some() || query.offset.is_some();
        if let (Some(OrderBy::Expressions(sorts)), false) = (&query.order_by, shows) {
            self.unread.extend(sorts.iter().map(|sort| sort.expr.span));
        }
    }

    fn factor(&mut self, factor: &TableFactor) {
        match &factor.kind {
            TableFactorKind::Table(name) => self.table(name),
            TableFactorKind::Derived(query) => self.unsorted(query),
            TableFactorKind::Function { name, .. } | TableFactorKind::InTable { name, .. }
                if !name.last().quoted =>
            {
                let before = self.sites.len();
                self.function_name(name);
                self.sites[before..].iter_mut().for_each(|site| site.hides = true);
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Column(name) => {
                self.column(name.last());
                if let [.., qualifier, _] = &name.parts[..]
                    && self.names.aliases.contains(&folded(qualifier))
                {
                    self.misspell(Mistake::Alias, qualifier, &self.names.aliases);
                }
            }
            ExprKind::Function(call) if !call.bare => {
                self.function_name(&call.name);
                self.arity(call, expr.span);
            }
            ExprKind::Binary { left, op, .. } => self.operand(left, op),
            ExprKind::Literal(Literal::Number(_)) => {
                let text = match self.names.catalog.dialect.placeholder {
                    Placeholder::Question => "?".to_owned(),
                    _ => format!("${}", self.params + 1),
                };
                self.add(Mistake::SurplusParameter, expr.span, text, false);
            }
            ExprKind::Param(_) => self.add(Mistake::MissingParameter, expr.span, "NULL".to_owned(), false),
            _ => {}
        }
    }

    fn function_name(&mut self, name: &Name) {
        let ident = name.last();
        let functions = (self.names.catalog.dialect.functions)();
        let lower = folded(ident);
        let known = !functions.is_open() && !functions.kinds(&lower).is_empty();
        if !known || name.parts.len() > 1 || SPELT.contains(&&*lower) {
            return;
        }
        let among: BTreeSet<String> =
            functions.names().into_iter().map(|(name, _)| name.to_owned()).collect();
        self.misspell(Mistake::Function, ident, &among);
    }

    /// An argument more or less than any overload takes.
    fn arity(&mut self, call: &Function, span: Span) {
        let name = folded(call.name.last());
        let functions = (self.names.catalog.dialect.functions)();
        if functions.is_open()
            || call.args.is_empty()
            || SPELT.contains(&&*name)
            || !call.within_group.is_empty()
        {
            return;
        }
        let canonical = functions.canonical(&name);
        let mut own = functions.listed().filter(|listed| listed.name == canonical).peekable();
        if own.peek().is_none() || own.any(|listed| listed.signature.takes(call.args.len() + 1)) {
            return;
        }
        let Some(FunctionArg::Expr(last)) = call.args.last() else { return };
        let Some(text) = self.sql.get(last.span.start as usize..last.span.end as usize) else { return };
        let whole = span.contains(last.span);
        if whole {
            self.add(Mistake::Arity, last.span, format!("{text}, 1"), true);
        }
    }

    /// An operand of arithmetic that is no number.
    fn operand(&mut self, left: &Expr, op: &BinaryOp) {
        use BinaryOp::*;
        if matches!(op, Plus | Minus | Multiply | Divide | Modulo | Eq | Lt | Gt | LtEq | GtEq) {
            self.add(Mistake::Type, left.span, "(1 = 1)".to_owned(), false);
        }
    }

    fn group_by(&mut self, select: &Select) {
        let GroupBy::Expressions(keys) = &select.group_by else { return };
        let [.., before, last] = &keys[..] else { return };
        self.add(Mistake::GroupBy, Span { start: before.span.end, end: last.span.end }, String::new(), false);
    }

    /// Columns that lose the table that alone tells them from another's.
    fn ambiguous(&mut self, select: &Select) {
        let joins = || select.from.iter().flat_map(|entry| &entry.joins);
        let merges = |constraint: &JoinConstraint| {
            matches!(constraint, JoinConstraint::Using(_) | JoinConstraint::Natural)
        };
        if joins().any(|join| merges(&join.constraint)) {
            return;
        }
        let kept = joins().all(|join| !format!("{:?}", join.kind).contains(['S', 'A']));
        let factors =
            select.from.iter().map(|entry| &entry.relation).chain(joins().map(|join| &join.relation));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut twice: BTreeSet<String> = BTreeSet::new();
        for factor in factors.filter(|_| kept) {
            let TableFactorKind::Table(name) = &factor.kind else { continue };
            let TableLookup::Found(table) = self.names.catalog.table(name) else { continue };
            if factor.alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
                continue;
            }
            for column in table.columns.iter().filter(|column| !column.hidden) {
                if !seen.insert(column.name.clone()) {
                    twice.insert(column.name.clone());
                }
            }
        }
        let dialect = self.names.catalog.dialect;
        let mut exprs: Vec<&Expr> = Vec::new();
        for item in &select.items {
            if let SelectItem::Expr { expr, .. } = item {
                exprs.push(expr);
            }
        }
        exprs.extend(&select.selection);
        let mut found = Vec::new();
        while let Some(expr) = exprs.pop() {
            exprs.extend(walk::children(expr));
            if let ExprKind::Column(name) = &expr.kind
                && name.parts.len() == 2
                && twice.contains(&dialect.fold(name.last()))
            {
                found.push((name.span(), name.last().span));
            }
        }
        for (whole, last) in found {
            let Some(text) = self.sql.get(last.start as usize..last.end as usize) else { continue };
            self.add(Mistake::Ambiguous, whole, text.to_owned(), true);
        }
    }
}
