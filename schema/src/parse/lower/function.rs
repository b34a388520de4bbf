//! Function calls and windows.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{
    Clause, Expr, ExprKind, Frame, FrameBound, FrameUnit, Function, FunctionArg, Ident, Literal, Name, Span,
    Window, WindowRef,
};

impl Lower<'_> {
    pub(super) fn function(&mut self, function: &sp::Function) -> ExprKind {
        let braced = function.uses_odbc_syntax.then(|| self.cursor.open(&Token::LBrace));
        if braced.is_some() {
            self.cursor.skip("fn");
        }
        let name = self.name(&function.name);
        let mut call = plain(name, Vec::new());
        if !matches!(function.parameters, sp::FunctionArguments::None) {
            self.arguments(&function.parameters, &mut call);
            call.args.clear();
            let span = self.cursor.here();
            self.unsupported(span, "a second list of arguments");
        }
        self.arguments(&function.args, &mut call);
        self.after_call(function, &mut call);
        if let Some(close) = braced {
            self.cursor.close(close);
        }
        ExprKind::Function(Box::new(call))
    }

    fn arguments(&mut self, args: &sp::FunctionArguments, call: &mut Function) {
        match args {
            sp::FunctionArguments::None => call.bare = true,
            sp::FunctionArguments::Subquery(query) => {
                let close = self.cursor.open(&Token::LParen);
                call.args.push(FunctionArg::Query(Box::new(self.query(query))));
                self.cursor.close(close);
            }
            sp::FunctionArguments::List(list) => {
                let close = self.cursor.open(&Token::LParen);
                if let Some(treatment) = list.duplicate_treatment {
                    call.distinct = treatment == sp::DuplicateTreatment::Distinct;
                    self.cursor.skip_any(&["distinct", "all"]);
                }
                call.args = self.function_args(&list.args);
                for clause in &list.clauses {
                    self.argument_clause(clause, call);
                }
                self.cursor.close(close);
            }
        }
    }

    pub(super) fn function_args(&mut self, args: &[sp::FunctionArg]) -> Vec<FunctionArg> {
        let mut all = Vec::with_capacity(args.len());
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            all.push(match arg {
                sp::FunctionArg::Unnamed(arg) => self.function_arg(arg),
                sp::FunctionArg::Named { name, arg, .. } => {
                    let name = self.ident(name);
                    self.cursor.advance(1);
                    self.named_arg(name, arg)
                }
                sp::FunctionArg::ExprNamed { name, arg, .. } => {
                    if matches!(name, sp::Expr::Value(_)) {
                        self.cursor.skip("key");
                    }
                    let key = self.expr(name);
                    self.cursor.advance(1);
                    self.named_arg(key_ident(key), arg)
                }
            });
        }
        all
    }

    fn named_arg(&mut self, name: Ident, arg: &sp::FunctionArgExpr) -> FunctionArg {
        match self.function_arg(arg) {
            FunctionArg::Expr(expr) => FunctionArg::Named(name, expr),
            other => other,
        }
    }

    fn function_arg(&mut self, arg: &sp::FunctionArgExpr) -> FunctionArg {
        match arg {
            sp::FunctionArgExpr::Expr(expr) => FunctionArg::Expr(self.expr(expr)),
            sp::FunctionArgExpr::QualifiedWildcard(name) => {
                let name = self.name(name);
                self.cursor.eat(&Token::Period);
                self.cursor.eat(&Token::Mul);
                FunctionArg::QualifiedWildcard(name)
            }
            sp::FunctionArgExpr::Wildcard => FunctionArg::Wildcard(self.star()),
            sp::FunctionArgExpr::WildcardWithOptions(options) => {
                let start = self.cursor.pos();
                self.star();
                self.wildcard_options(options);
                let span = self.cursor.since(start);
                self.unsupported(span, "`* EXCLUDE` as an argument");
                FunctionArg::Wildcard(span)
            }
        }
    }

    /// `*`, or `(*)`.
    pub(super) fn star(&mut self) -> Span {
        let start = self.cursor.pos();
        if !self.cursor.eat(&Token::Mul) && !self.cursor.skip_group() {
            self.cursor.expect_token(&Token::Mul);
        }
        self.cursor.since(start)
    }

    fn argument_clause(&mut self, clause: &sp::FunctionArgumentClause, call: &mut Function) {
        use sp::FunctionArgumentClause as C;
        let start = self.cursor.pos();
        match clause {
            C::IgnoreOrRespectNulls(treatment) => {
                call.ignore_nulls = Some(*treatment == sp::NullTreatment::IgnoreNulls);
                self.cursor.skip_any(&["ignore", "respect", "nulls"]);
            }
            C::OrderBy(keys) => {
                self.cursor.expect("order");
                self.cursor.expect("by");
                call.order_by = self.order_by_exprs(keys);
            }
            C::Limit(limit) => {
                self.cursor.expect("limit");
                self.expr(limit);
                self.unsupported_since(start, "LIMIT inside a function call");
            }
            C::Having(bound) => {
                self.cursor.skip_any(&["having", "min", "max"]);
                self.expr(&bound.1);
                self.unsupported_since(start, "HAVING inside a function call");
            }
            // The string that GROUP_CONCAT puts between is its last argument elsewhere.
            C::Separator(value) => {
                self.cursor.expect("separator");
                let span = self.take_value(value);
                let kind = ExprKind::Literal(Literal::String(Self::text_of(&value.value)));
                call.args.push(FunctionArg::Expr(Expr { kind, span }));
            }
            C::JsonReturningClause(_) => {
                self.cursor.expect("returning");
                call.returning = Some(self.type_name());
            }
            C::JsonNullClause(_) => {
                self.cursor.skip_any(&["null", "absent", "on"]);
                call.other.push(Clause { name: clause.to_string(), span: self.cursor.since(start) });
            }
            C::OnOverflow(_) => {
                self.cursor.advance(1);
                let what = format!("`{clause}` inside a function call");
                self.unsupported_since(start, &what);
            }
        }
    }

    fn unsupported_since(&mut self, start: usize, what: &str) {
        let span = self.cursor.since(start);
        self.unsupported(span, what);
    }

    /// `WITHIN GROUP`, `FILTER`, `IGNORE NULLS` and `OVER`, as they come.
    fn after_call(&mut self, function: &sp::Function, call: &mut Function) {
        if !function.within_group.is_empty() {
            self.cursor.expect("within");
            self.cursor.expect("group");
            let close = self.cursor.open(&Token::LParen);
            self.cursor.expect("order");
            self.cursor.expect("by");
            call.within_group = self.order_by_exprs(&function.within_group);
            self.cursor.close(close);
        }
        if let Some(filter) = &function.filter {
            self.cursor.expect("filter");
            let close = self.cursor.open(&Token::LParen);
            self.cursor.expect("where");
            call.filter = Some(self.expr(filter));
            self.cursor.close(close);
        }
        if let Some(treatment) = function.null_treatment {
            call.ignore_nulls = Some(treatment == sp::NullTreatment::IgnoreNulls);
            self.cursor.skip_any(&["ignore", "respect", "nulls"]);
        }
        call.over = function.over.as_ref().map(|over| {
            self.cursor.expect("over");
            match over {
                sp::WindowType::NamedWindow(name) => WindowRef::Named(self.ident(name)),
                sp::WindowType::WindowSpec(spec) => WindowRef::Inline(self.window(spec)),
            }
        });
    }

    /// `(base PARTITION BY … ORDER BY … frame)`.
    pub(super) fn window(&mut self, spec: &sp::WindowSpec) -> Window {
        let close = self.cursor.open(&Token::LParen);
        let base = spec.window_name.as_ref().map(|name| self.ident(name));
        let mut window = Window { base, ..Window::default() };
        // Some dialects let ORDER BY stand first.
        let order_first = self.cursor.is("order");
        if order_first {
            window.order_by = self.window_order(&spec.order_by);
        }
        if !spec.partition_by.is_empty() {
            self.cursor.expect("partition");
            self.cursor.expect("by");
            window.partition_by = self.exprs(&spec.partition_by);
        }
        if !order_first && !spec.order_by.is_empty() {
            window.order_by = self.window_order(&spec.order_by);
        }
        window.frame = spec.window_frame.as_ref().map(|frame| self.frame(frame));
        self.cursor.close(close);
        window
    }

    fn window_order(&mut self, keys: &[sp::OrderByExpr]) -> Vec<crate::ast::OrderByExpr> {
        self.cursor.expect("order");
        self.cursor.expect("by");
        self.order_by_exprs(keys)
    }

    fn frame(&mut self, frame: &sp::WindowFrame) -> Frame {
        let unit = match frame.units {
            sp::WindowFrameUnits::Rows => FrameUnit::Rows,
            sp::WindowFrameUnits::Range => FrameUnit::Range,
            sp::WindowFrameUnits::Groups => FrameUnit::Groups,
        };
        self.cursor.advance(1);
        let between = self.cursor.skip("between");
        let start = self.frame_bound(&frame.start_bound);
        if between {
            self.cursor.expect("and");
        }
        let end = frame.end_bound.as_ref().map(|bound| self.frame_bound(bound));
        Frame { unit, start, end }
    }

    fn frame_bound(&mut self, bound: &sp::WindowFrameBound) -> FrameBound {
        let (preceding, amount) = match bound {
            sp::WindowFrameBound::CurrentRow => {
                self.cursor.skip_any(&["current", "row"]);
                return FrameBound::CurrentRow;
            }
            sp::WindowFrameBound::Preceding(amount) => (true, amount),
            sp::WindowFrameBound::Following(amount) => (false, amount),
        };
        let amount = match amount {
            Some(expr) => Some(self.boxed(expr)),
            None => {
                self.cursor.skip("unbounded");
                None
            }
        };
        self.cursor.skip_any(&["preceding", "following"]);
        if preceding { FrameBound::Preceding(amount) } else { FrameBound::Following(amount) }
    }
}

/// A call with nothing but arguments.
pub(super) fn plain(name: Name, args: Vec<FunctionArg>) -> Function {
    Function {
        name,
        args,
        distinct: false,
        order_by: Vec::new(),
        filter: None,
        ignore_nulls: None,
        within_group: Vec::new(),
        over: None,
        bare: false,
        returning: None,
        other: Vec::new(),
    }
}

/// The name in front of `=>` where sqlparser read an expression.
fn key_ident(key: Expr) -> Ident {
    let (value, quoted) = match key.kind {
        ExprKind::Column(name) => return name.last().clone(),
        ExprKind::Literal(Literal::String(text)) => (text, true),
        _ => (String::new(), true),
    };
    Ident { value, quoted, span: key.span }
}
