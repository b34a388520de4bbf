//! The entries of FROM that name something: tables and views, common table expressions, table functions, UNNEST.

use std::rc::Rc;

use querent_types::{NullabilityTrust, SqlType, TableDescription, TableKind};

use crate::ast::{Expr, ExprKind, FunctionArg, Name, Span};
use crate::catalog::TableLookup;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Fold, FunctionKind, Syntax, Written};
use crate::suggest;

use super::binder::{Binder, Clause, Level};
use super::scope::{Field, Relation};
use super::typed::{Key, Origin, Ty, Typed, Why};

/// The functions that make rows of lists of values; `parse/` quotes their names.
const ROWS_OF_VALUES: &[&str] = &["TABLE", "TABLE_DISTINCT"];

/// The keys of columns that have none of their own yet; computed once, for there are many.
const OF_TABLE: Key = Key::leaf("table", 0);
const OF_NO_TABLE: Key = Key::leaf("made", 0);

impl<'a> Binder<'a> {
    /// A table, view or common table expression.
    pub(super) fn table(&mut self, name: &'a Name) -> Relation {
        let parts = self.fold_name(name);
        if let [only] = &parts[..]
            && let Some(i) = self.ctes.iter().rposition(|cte| self.dialect.same(&cte.name, only))
        {
            self.ctes[i].used = true;
            let mut relation = self.ctes[i].relation.clone();
            self.refresh(&mut relation);
            relation.qualify(Rc::from(parts));
            return relation;
        }
        let stored = match self.table_cache.get(&parts) {
            Some(Some(table)) => Some(table.clone()),
            // What is wrong is said at each place that names it.
            Some(None) | None => {
                let read = self.lookup(name);
                self.table_cache.insert(parts.clone(), read.clone());
                read
            }
        };
        let qualifier: Rc<[String]> = Rc::from(parts);
        match stored {
            Some(table) => {
                if !self.tables.contains(&table.path) {
                    self.tables.insert(table.path.clone());
                }
                let mut relation = self.table_relation(&table, qualifier);
                self.refresh(&mut relation);
                relation
            }
            None => Relation { unknown: vec![qualifier], ..Relation::default() },
        }
    }

    /// Looks a table up; an error is reported.
    pub(super) fn lookup(&mut self, name: &Name) -> Option<std::sync::Arc<TableDescription>> {
        match self.catalog.table(name) {
            TableLookup::Found(table) => {
                self.tables.insert(table.path.clone());
                Some(table)
            }
            TableLookup::Missing(near) => {
                let mut diagnostic =
                    Diagnostic::error(Code::UnknownTable, name.span(), format!("there is no table `{name}`"));
                diagnostic.help =
                    self.nearest_table(name, near).map(|near| format!("did you mean `{near}`?"));
                self.report(diagnostic);
                None
            }
            TableLookup::Ambiguous(fits) => {
                let shown: Vec<String> = fits.iter().map(|name| format!("`{name}`")).collect();
                self.report(
                    Diagnostic::error(
                        Code::AmbiguousTable,
                        name.span(),
                        format!("`{name}` may be any of {}", shown.join(", ")),
                    )
                    .help(format!("fix this by naming the schema: {}", shown[0])),
                );
                None
            }
            TableLookup::Unreadable(diagnostic) => {
                self.report(Diagnostic { span: name.span(), ..diagnostic });
                None
            }
        }
    }

    /// Of a table's name that there is not: what was meant, a common table expression or the nearest of the catalog.
    fn nearest_table(&self, name: &Name, near: Vec<String>) -> Option<String> {
        // `DELETE FORM t`: the keyword was read as the table.
        let keyword =
            || (!suggest::nearest(&name.last().value, ["FROM"]).is_empty()).then(|| "FROM".to_owned());
        let stored = near.into_iter().next().or_else(keyword);
        let [only] = &name.parts[..] else { return stored };
        let wanted = self.fold(only);
        let ctes = self.ctes.iter().map(|cte| cte.name.as_str());
        let own = suggest::nearest(&wanted, ctes).first().map(|own| self.dialect.quote(own));
        match (own, stored) {
            (Some(own), Some(stored)) => {
                let best = suggest::nearest(&wanted, [own.as_str(), stored.as_str()]).first().copied();
                Some(best.map_or_else(|| own.clone(), str::to_owned))
            }
            (own, stored) => own.or(stored),
        }
    }

    /// The columns of a table under a name.
    pub(super) fn table_relation(&self, table: &TableDescription, qualifier: Rc<[String]>) -> Relation {
        let path = Rc::new(table.path.clone());
        let shown: Rc<str> = table.path.last().map_or("", String::as_str).into();
        let untrusted = self.catalog.source.nullability == NullabilityTrust::Untrusted;
        if table.kind == TableKind::System && table.columns.is_empty() {
            return Relation { unknown: vec![qualifier], ..Relation::default() };
        }
        let rules = self.dialect.rules;
        let fields = table.columns.iter().map(|column| {
            let ty = rules.column_type(column);
            // The server's name is that of the described type; a map keeps it, for an answer has it too.
            let own = ty == column.ty || matches!(ty, Some(SqlType::Map(..)));
            let native = column.native.as_deref().filter(|_| own).map(Rc::from);
            let name: Rc<str> = column.name.as_str().into();
            let nullable = column.nullable || untrusted;
            Field {
                qualifier: Some(qualifier.clone()),
                name: name.clone(),
                ty: ty.map_or(Ty::Opaque, Ty::Known),
                carried: None,
                nullable,
                why: Why::Column { table: shown.clone(), column: name.clone(), nullable },
                origin: Some(Origin { table: path.clone(), column: name }),
                outer: Vec::new(),
                key: OF_TABLE,
                span: Span::default(),
                hidden: column.hidden,
                native,
                over: None,
            }
        });
        Relation { fields: fields.collect(), ..Relation::default() }
    }

    /// A function that gives rows.
    pub(super) fn table_function(&mut self, name: &'a Name, args: &'a [FunctionArg], span: Span) -> Relation {
        let own = name.last();
        if own.quoted && ROWS_OF_VALUES.contains(&&*own.value) && self.dialect.written != Written::Plain {
            return self.values_function(args, span);
        }
        let function = match self.dialect.fold {
            // The data have names in lower case.
            Fold::Upper if !own.quoted => own.value.to_lowercase(),
            _ => self.fold(own),
        };
        if let Some(FunctionArg::Named(named, _)) =
            args.iter().find(|arg| matches!(arg, FunctionArg::Named(..)))
        {
            self.refused(Syntax::NamedTableArgument, "a named argument of a table function", named.span);
        }
        let level = Level::new(Relation::default(), Clause::TableFunction);
        let (args, _) = self.within(level, |binder| binder.arguments(args, &function));
        if !self.functions.kinds(&function).contains(&FunctionKind::Table) {
            self.unknown_function(&function, name.span());
            return Relation::unknown();
        }
        let Some(resolved) = self.resolve(FunctionKind::Table, &function, &args, span) else {
            return Relation::unknown();
        };
        let why = Why::Function(function.as_str().into(), "gives rows");
        let qualifier: Rc<[String]> = Rc::from(vec![format!("{function}()")]);
        let fields = match resolved.ty {
            Some(SqlType::Struct(members)) => members
                .into_iter()
                .map(|member| made(&member.name, Ty::Known(member.ty), member.nullable, why.clone(), span))
                .collect(),
            Some(ty) => vec![made("value", Ty::Known(ty), false, why, span)],
            None => return Relation { unknown: vec![qualifier], ..Relation::default() },
        };
        let mut relation = Relation { fields, ..Relation::default() };
        self.refresh(&mut relation);
        relation.qualify(qualifier);
        relation
    }

    /// `TABLE(a INT = …, b VARCHAR = …)`: columns of declared types, each of a list of values or of one.
    fn values_function(&mut self, args: &'a [FunctionArg], span: Span) -> Relation {
        let mut relation = Relation::default();
        let level = Level::new(Relation::default(), Clause::TableFunction);
        let (fields, _) = self.within(level, |binder| {
            let mut fields = Vec::new();
            for arg in args {
                let FunctionArg::Named(name, Expr { kind: ExprKind::Cast { expr, ty, .. }, .. }) = arg else {
                    continue;
                };
                let ty = binder.type_name(ty);
                binder.values_argument(expr, ty.as_ref());
                let ty = ty.map_or(Ty::Opaque, Ty::Known);
                let why = Why::Static("an element of the list may be NULL");
                fields.push(made(&binder.fold(name), ty, true, why, name.span));
            }
            fields
        });
        relation.fields = fields;
        self.refresh(&mut relation);
        relation.qualify(Rc::from(vec![ROWS_OF_VALUES[0].to_owned()]));
        if relation.fields.is_empty() {
            self.error(Code::WrongArity, span, "TABLE takes columns: `TABLE(id INT = ?)`");
        }
        relation
    }

    fn values_argument(&mut self, expr: &'a Expr, ty: Option<&SqlType>) {
        let items: Vec<&'a Expr> = match &expr.kind {
            ExprKind::Tuple(items) => items.iter().collect(),
            _ => vec![expr],
        };
        for item in &items {
            let typed = self.expr(item);
            let Some(ty) = ty else { continue };
            // A parameter alone stands for all the values.
            let list = SqlType::list(ty.clone());
            self.want(&typed, if items.len() == 1 { &list } else { ty }, item.span, "a value of TABLE");
        }
    }

    /// `UNNEST(…)` in FROM.
    pub(super) fn unnest(&mut self, exprs: &'a [Expr], ordinality: bool, span: Span) -> Relation {
        if ordinality {
            self.unsupported("WITH ORDINALITY", span);
        }
        let level = Level::new(Relation::default(), Clause::TableFunction);
        let (mut relation, _) = self.within(level, |binder| {
            let mut relation = Relation::default();
            let mut names: Vec<String> = Vec::new();
            for expr in exprs {
                let list = binder.expr(expr);
                let name = binder.schema_name(expr);
                if names.contains(&name) && binder.dialect.rules.refuses(Syntax::KeyNames) {
                    let message = format!("UNNEST has the list `{name}` twice");
                    binder.report(
                        Diagnostic::error(Code::DuplicateColumn, expr.span, message)
                            .help("fix this by unnesting it once, and by naming its column twice"),
                    );
                }
                names.push(name.clone());
                binder.unnest_fields(&mut relation, &list, expr.span, &name, exprs.len() > 1);
            }
            relation
        });
        self.refresh(&mut relation);
        relation
    }

    /// The columns of one unnested value: one for a list, one a field for a struct.
    pub(super) fn unnest_fields(
        &mut self,
        relation: &mut Relation,
        list: &Typed,
        span: Span,
        name: &str,
        padded: bool,
    ) {
        if let Some(SqlType::Struct(members)) = self.known(&list.ty) {
            for member in members {
                let nullable = list.nullable || member.nullable;
                let why = Why::Static("a field of an unnested struct");
                relation.fields.push(made(
                    &format!("{name}.{}", member.name),
                    Ty::Known(member.ty),
                    nullable,
                    why,
                    span,
                ));
            }
            return;
        }
        let (ty, nullable) = self.element(list, span, "UNNEST");
        let why = Why::Static(if padded {
            "shorter lists are filled up with NULL"
        } else {
            "an element of the list may be NULL"
        });
        relation.fields.push(made(&format!("UNNEST({name})"), ty, nullable || padded, why, span));
    }
}

/// A column that no table has.
pub(super) fn made(name: &str, ty: Ty, nullable: bool, why: Why, span: Span) -> Field {
    Field {
        qualifier: None,
        name: name.into(),
        ty,
        carried: None,
        nullable,
        why,
        origin: None,
        outer: Vec::new(),
        key: OF_NO_TABLE,
        span,
        hidden: false,
        native: None,
        over: None,
    }
}
