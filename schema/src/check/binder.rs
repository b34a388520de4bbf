//! The state of one reading of a statement, and the small services that all parts of the binder share.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use querent_types::{SqlType, TableDescription};

use crate::ast::{Expr, Ident, Name, Query, Span, Window};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Advice, Dialect, FunctionTable, Habit, Operand, Refusal, Resolved};

use super::params::Params;
use super::scope::{Field, OuterJoin, Relation};
use super::typed::{Key, KeyMap, KeySet, Ty, Typed, Why};

/// Which clause is being read; it decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    Select,
    Where,
    On,
    GroupBy,
    Having,
    Qualify,
    OrderBy,
    Limit,
    Values,
    Set,
    TableFunction,
}

impl Clause {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Clause::Select => "the select list",
            Clause::Where => "WHERE",
            Clause::On => "ON",
            Clause::GroupBy => "GROUP BY",
            Clause::Having => "HAVING",
            Clause::Qualify => "QUALIFY",
            Clause::OrderBy => "ORDER BY",
            Clause::Limit => "LIMIT",
            Clause::Values => "VALUES",
            Clause::Set => "SET",
            Clause::TableFunction => "FROM",
        }
    }

    /// Whether aggregates may stand in it.
    pub(super) fn allows_aggregates(self) -> bool {
        matches!(self, Clause::Select | Clause::Having | Clause::Qualify | Clause::OrderBy)
    }

    /// Whether window functions may stand in it.
    pub(super) fn allows_windows(self) -> bool {
        matches!(self, Clause::Select | Clause::Qualify | Clause::OrderBy)
    }
}

/// A column used outside of an aggregate, which is wrong if the query turns out to be grouped.
#[derive(Debug, Clone)]
pub(super) struct Ungrouped {
    pub(super) span: Span,
    pub(super) qualifier: Option<Rc<[String]>>,
    pub(super) name: Rc<str>,
    pub(super) clause: Clause,
    pub(super) key: Key,
}

/// One select that is being read: its columns, and what was seen of aggregates.
#[derive(Debug)]
pub(super) struct Level<'a> {
    pub(super) relation: Relation,
    pub(super) clause: Clause,
    /// The columns of the select list that a clause may use by name, with what they stand for.
    pub(super) outputs: Vec<OutputName<'a>>,
    pub(super) alias_mode: AliasMode,
    /// The grouping keys; true where a grouping set may leave the key out.
    pub(super) keys: KeyMap<bool>,
    /// The keys that GROUP BY ALL makes of columns with an alias: HAVING and QUALIFY do not know them (DataFusion 55.2),
    /// and ORDER BY by the alias alone.
    pub(super) alias_keys: KeyMap<bool>,
    /// Whether a key of ROLLUP, CUBE or GROUPING SETS is being read.
    pub(super) in_set: bool,
    /// A calculation in such a key that makes the engine forget the names of all keys.
    pub(super) forgotten: Option<Span>,
    /// Whether a key was read outside of GROUP BY.
    pub(super) key_used: bool,
    /// Whether every group holds at least one row.
    pub(super) grouped: bool,
    pub(super) aggregate_depth: u32,
    pub(super) window_depth: u32,
    pub(super) aggregate: Option<Span>,
    pub(super) window: Option<Span>,
    pub(super) ungrouped: Vec<Ungrouped>,
    pub(super) windows: &'a [(Ident, Window)],
    /// Whether a column of this select was read.
    pub(super) read: bool,
    /// Whether anything read from its FROM may be NULL, whatever its columns are.
    pub(super) loses_rows: bool,
    /// Whether it is one of DISTINCT ON.
    pub(super) distinct_on: bool,
    /// Its WHERE.
    pub(super) filter: Option<&'a Expr>,
}

/// A column of the select list that a later clause may use by its name.
#[derive(Debug, Clone)]
pub(super) struct OutputName<'a> {
    pub(super) name: String,
    pub(super) target: OutputTarget<'a>,
    /// Whether the name is an alias rather than a column's own.
    pub(super) alias: bool,
}

/// What a name of the select list stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutputTarget<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// A column of FROM that a wildcard selects, by its index.
    Field(usize),
}

/// Which names win where names of the select list can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AliasMode {
    /// They cannot be used.
    Hidden,
    /// Columns of FROM win, even where the name fits several of them (GROUP BY).
    ColumnsOnly,
    /// Columns of FROM win where the name fits one of them (HAVING, QUALIFY).
    ColumnsFirst,
    /// The select list wins (ORDER BY, DISTINCT ON).
    OutputsFirst,
}

impl<'a> Level<'a> {
    /// A level over a relation.
    pub(super) fn new(relation: Relation, clause: Clause) -> Level<'a> {
        Level {
            relation,
            clause,
            outputs: Vec::new(),
            alias_mode: AliasMode::Hidden,
            keys: KeyMap::default(),
            alias_keys: KeyMap::default(),
            in_set: false,
            forgotten: None,
            key_used: false,
            grouped: false,
            aggregate_depth: 0,
            window_depth: 0,
            aggregate: None,
            window: None,
            ungrouped: Vec::new(),
            windows: &[],
            read: false,
            loses_rows: false,
            distinct_on: false,
            filter: None,
        }
    }
}

/// A common table expression in sight.
pub(super) struct CteEntry {
    pub(super) name: String,
    pub(super) relation: Relation,
    /// Set when a query reads it; recursion is known by it.
    pub(super) used: bool,
}

/// Tables by the names under which they were looked up; a statement is read several times.
pub(super) type TableCache = HashMap<Vec<String>, Option<Arc<TableDescription>>>;

/// One reading of a statement.
pub(super) struct Binder<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) dialect: &'static Dialect,
    pub(super) functions: &'static FunctionTable,
    pub(super) params: Params,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Full paths of the tables read or written.
    pub(super) tables: BTreeSet<Vec<String>>,
    pub(super) ctes: Vec<CteEntry>,
    /// The selects being read, innermost last.
    pub(super) levels: Vec<Level<'a>>,
    /// Expressions proven not NULL here, with the clause that proves them.
    pub(super) facts: KeyMap<&'static str>,
    /// Those of them that were added since the outermost select began, in order, so that a select can take back its own.
    assumed: Vec<Key>,
    pub(super) outer_joins: Vec<OuterJoin>,
    /// Names of the first column of subqueries, by their address, for column names.
    pub(super) subquery_names: HashMap<*const Query, String>,
    /// Parameters of the lambdas being read, and variables of the block.
    pub(super) lambdas: Vec<(String, Ty, Key)>,
    /// Tables looked up before: a query may name one many times.
    pub(super) table_cache: TableCache,
    /// Whether the statement reads a table whose rows are spread over the nodes, where the dialect cares.
    pub(super) distributed: bool,
    /// Whether an expression of constants may be NULL although it never is by itself.
    pub(super) loses_constants: bool,
    /// The columns that an INSERT's query gives, where every VALUES in it is read as rows of the table.
    pub(super) targets: Option<Vec<Option<usize>>>,
    /// The table that the statement writes.
    pub(super) written: Option<Arc<TableDescription>>,
    /// The name that was last found to be a column: its address, the level and the column, and how many of its parts.
    pub(super) last_column: Option<(*const Name, usize, usize, usize)>,
    /// Whether the statement is only explained.
    pub(super) explained: bool,
    /// How many recursive CTEs are being read inside of each other.
    pub(super) recursion: u32,
    /// How many blocks are being read.
    pub(super) blocks: u32,
    /// Whether the select that was read last computes an aggregate.
    pub(super) aggregated_last: bool,
    counter: u64,
}

impl<'a> Binder<'a> {
    /// A binder that has read nothing.
    pub(super) fn new(catalog: &'a Catalog, params: Params, table_cache: TableCache) -> Binder<'a> {
        Binder {
            catalog,
            dialect: catalog.dialect,
            functions: (catalog.dialect.functions)(),
            params,
            diagnostics: Vec::new(),
            tables: BTreeSet::new(),
            ctes: Vec::new(),
            levels: Vec::new(),
            facts: KeyMap::default(),
            assumed: Vec::new(),
            outer_joins: Vec::new(),
            aggregated_last: false,
            subquery_names: HashMap::new(),
            lambdas: Vec::new(),
            table_cache,
            distributed: false,
            loses_constants: false,
            targets: None,
            written: None,
            last_column: None,
            explained: false,
            recursion: 0,
            blocks: 0,
            counter: 0,
        }
    }

    /// A key that nothing else has.
    pub(super) fn fresh_key(&mut self) -> Key {
        const FRESH: Key = Key::node("#", &[]);
        self.counter += 1;
        FRESH.with(self.counter)
    }

    /// Gives the columns of a relation identities of their own, as each use of a table or subquery in FROM has.
    pub(super) fn refresh(&mut self, relation: &mut Relation) {
        for field in &mut relation.fields {
            field.key = self.fresh_key();
            field.over = None;
        }
        relation.using.clear();
    }

    /// Adds a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says what the dialect advises of a call, an operator or a key.
    pub(super) fn advise(&mut self, call: &str, operands: &[(&Typed, Span)], span: Span) {
        let args: Vec<Operand> = operands.iter().map(|(typed, _)| self.operand(typed)).collect();
        if let Some(advice) = (self.dialect.reading.lint)(call, &args) {
            self.report_advice(advice, span);
        }
    }

    /// Keeps NULLs from the parameters of a comparison, where the engine refuses them.
    pub(super) fn compared(&mut self, operands: &[(&Typed, Span)]) {
        if !self.dialect.has(Habit::ComparisonsRefuseNull) {
            return;
        }
        for (typed, _) in operands {
            if let Ty::Param(param) = typed.ty {
                self.params.forbid_null(param);
            }
        }
    }

    /// Adds an advice of the dialect's.
    pub(super) fn report_advice(&mut self, advice: Advice, span: Span) {
        let Advice { code, refused, message, help } = advice;
        let found = match refused {
            true => Diagnostic::error(code, span, message),
            false => Diagnostic::warning(code, span, message),
        };
        self.report(found.help(help));
    }

    /// Adds an error with nothing but its first line.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// An identifier as the dialect reads it.
    pub(super) fn fold(&self, ident: &Ident) -> String {
        self.dialect.fold(ident)
    }

    /// A name's parts as the dialect reads them.
    pub(super) fn fold_name(&self, name: &Name) -> Vec<String> {
        name.parts.iter().map(|part| self.dialect.fold(part)).collect()
    }

    /// The innermost select; there is always one while an expression is read.
    pub(super) fn level(&mut self) -> &mut Level<'a> {
        if self.levels.is_empty() {
            self.levels.push(Level::new(Relation::default(), Clause::Values));
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Reads something with another select innermost, and gives that select back.
    ///
    /// What its clauses prove holds for its own rows. A correlated one proves things of columns outside of it too, but
    /// the row outside is there even where no row inside is: the facts end with the select.
    pub(super) fn within<T>(
        &mut self,
        level: Level<'a>,
        read: impl FnOnce(&mut Binder<'a>) -> T,
    ) -> (T, Level<'a>) {
        self.levels.push(level);
        let (depth, assumed) = (self.levels.len(), self.assumed.len());
        let value = read(self);
        for key in self.assumed.drain(assumed.min(self.assumed.len())..) {
            self.facts.remove(&key);
        }
        self.levels.truncate(depth);
        let level = self.levels.pop().unwrap_or_else(|| Level::new(Relation::default(), Clause::Values));
        (value, level)
    }

    /// Remembers that these expressions are not NULL from here on, and says which are new.
    pub(super) fn assume(&mut self, keys: &[Key], clause: &'static str) -> Vec<Key> {
        let added: Vec<Key> = keys.iter().copied().filter(|key| !self.facts.contains_key(key)).collect();
        self.facts.extend(added.iter().map(|key| (*key, clause)));
        self.assumed.extend(&added);
        added
    }

    /// Forgets facts that held for a while only.
    pub(super) fn forget(&mut self, keys: &[Key]) {
        for key in keys {
            self.facts.remove(key);
        }
    }

    /// Assumes facts in the innermost select from here on, and excludes the outer joins whose unmatched rows they refute.
    pub(super) fn assume_in_level(&mut self, keys: &[Key], clause: &'static str) {
        if keys.is_empty() {
            return;
        }
        let joins = joins_of(&self.level().relation.fields, keys);
        self.exclude(&joins);
        self.assume(keys, clause);
    }

    /// Marks outer joins whose unmatched rows a predicate excludes.
    pub(super) fn exclude(&mut self, joins: &[usize]) {
        for &join in joins {
            self.outer_joins[join].excluded = true;
        }
    }

    /// The type as far as it is solved.
    pub(super) fn known(&self, ty: &Ty) -> Option<SqlType> {
        self.params.known(ty)
    }

    /// The type that the values of an expression really have, as far as it is known.
    pub(super) fn carried(&self, typed: &Typed) -> Option<SqlType> {
        match &typed.carried {
            Some(carried) => carried.clone(),
            None => self.known(&typed.ty),
        }
    }

    /// The same of a call or an operator, where it is not the type that the engine computes with.
    pub(super) fn carried_by(&self, call: &str, operands: &[&Typed]) -> Option<Option<SqlType>> {
        let args: Vec<Operand> = operands.iter().map(|typed| self.operand(typed)).collect();
        let carried: Vec<Option<SqlType>> = operands.iter().map(|typed| self.carried(typed)).collect();
        self.dialect.rules.carried(call, &args, &carried)
    }

    /// An expression as the dialect's rules see it.
    pub(super) fn operand(&self, typed: &Typed) -> Operand {
        Operand { ty: self.known(&typed.ty), literal: typed.literal.clone(), nullable: typed.nullable }
    }

    /// The same before parameters are solved.
    fn open_operand(&self, typed: &Typed) -> Operand {
        let ty = match &typed.ty {
            Ty::Known(ty) => Some(ty.clone()),
            _ => None,
        };
        Operand { ty, literal: typed.literal.clone(), nullable: typed.nullable }
    }

    /// A value in the place described by `what` is to be a `ty`: types the parameters that decide its type.
    pub(super) fn want(&mut self, typed: &Typed, ty: &SqlType, span: Span, what: &str) {
        if let Ty::Param(param) = typed.ty {
            self.params.want(param, ty, span, what);
        }
    }

    /// Asks rules about operands. Parameters among them get the types that the rules read them as; `None` means that
    /// nothing more is to be said, because an operand is not known.
    pub(super) fn ask(
        &mut self,
        operands: &[(&Typed, Span)],
        what: &str,
        link: bool,
        rule: impl Fn(&[Operand]) -> Result<Resolved, Refusal>,
    ) -> Option<Result<Resolved, Refusal>> {
        let params: Vec<(usize, usize)> = operands
            .iter()
            .enumerate()
            .filter_map(
                |(i, (typed, _))| if let Ty::Param(param) = typed.ty { Some((i, param)) } else { None },
            )
            .collect();
        if operands.iter().any(|(typed, _)| typed.ty == Ty::Error) {
            return None;
        }
        let mut open = None;
        if !params.is_empty() {
            let args: Vec<Operand> = operands.iter().map(|(typed, _)| self.open_operand(typed)).collect();
            let resolved = rule(&args);
            if let Ok(resolved) = &resolved {
                self.type_params(&params, operands, resolved, what, link);
                params.iter().for_each(|(_, param)| self.params.settle(*param));
            }
            open = Some(resolved);
        }
        let unsolved = params.iter().any(|(_, param)| self.params.get(*param).is_none());
        if let Some(resolved) = open.take_if(|_| unsolved) {
            return match resolved {
                Err(_) if !self.dialect.has(Habit::UntypedIsRefused) => None,
                answer => Some(answer),
            };
        }
        let args: Vec<Operand> = operands.iter().map(|(typed, _)| self.operand(typed)).collect();
        match rule(&args) {
            Err(_) if params.iter().any(|(_, param)| self.params.clashes(*param)) => None,
            answer => Some(answer),
        }
    }

    fn type_params(
        &mut self,
        params: &[(usize, usize)],
        operands: &[(&Typed, Span)],
        resolved: &Resolved,
        what: &str,
        link: bool,
    ) {
        let mut untyped: Option<usize> = None;
        for &(i, param) in params {
            match resolved.operands.get(i).and_then(Option::as_ref) {
                Some(ty) => self.params.want(param, ty, operands[i].1, what),
                None if link => match untyped {
                    Some(other) => self.params.link(other, param),
                    None => untyped = Some(param),
                },
                None => {}
            }
        }
    }

    /// The type of a result whose rules were asked: what they say, or that of a parameter that decides it.
    pub(super) fn result_type(&self, resolved: &Resolved, operands: &[(&Typed, Span)], same: bool) -> Ty {
        if let Some(ty) = &resolved.ty {
            return Ty::Known(ty.clone());
        }
        let param = operands.iter().find_map(|(typed, _)| match typed.ty {
            Ty::Param(param) if self.params.get(param).is_none() => Some(param),
            _ => None,
        });
        match param {
            Some(param) if same => Ty::Param(param),
            Some(_) => Ty::Error,
            None => Ty::Opaque,
        }
    }
}

/// Up to this many keys, a list is searched faster than a set is built.
const FEW_KEYS: usize = 8;

/// The outer joins that leave one of these columns NULL in their unmatched rows.
pub(super) fn joins_of(fields: &[Field], keys: &[Key]) -> Vec<usize> {
    if keys.len() <= FEW_KEYS {
        let of_any = |field: &&Field| keys.contains(&field.key);
        return fields.iter().filter(of_any).flat_map(|field| field.outer.iter().copied()).collect();
    }
    let set: KeySet = keys.iter().copied().collect();
    fields
        .iter()
        .filter(|field| set.contains(&field.key))
        .flat_map(|field| field.outer.iter().copied())
        .collect()
}

/// The nullability of a result that is NULL when any operand is.
pub(super) fn strict(operands: &[&Typed]) -> (bool, Why) {
    match operands.iter().find(|typed| typed.nullable) {
        Some(typed) => (true, typed.why.clone()),
        None => (false, Why::Static("its operands are never NULL")),
    }
}
