//! Window functions: named and inline windows, frames, and when an aggregate over a frame is never NULL.

use querent_types::{ListLayout, SqlType};

use crate::ast::{
    Expr, ExprKind, Frame, FrameBound, FrameUnit, Function, FunctionArg, Literal, Span, UnaryOp, Window,
    WindowRef,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, NullRule, Syntax};
use crate::suggest;

use super::aggregate::sort_flags;
use super::argument::Arguments;
use super::binder::{AliasMode, Binder, Clause};
use super::expr::only;
use super::select::column_names;
use super::typed::{Key, Ty, Typed, Why};

/// Window functions that are also aggregates; over a window, the window function is meant.
const WINDOW_FIRST: &[&str] = &["first_value", "last_value", "nth_value"];

impl<'a> Binder<'a> {
    pub(super) fn window_call(
        &mut self,
        function: &'a Function,
        name: &str,
        kinds: &[FunctionKind],
        span: Span,
    ) -> Typed {
        let Some(kind) = window_kind(name, kinds) else {
            self.unknown_function(name, function.name.span());
            self.inside_unknown(function, name, span);
            return Typed::error();
        };
        if !self.placed(name, true, span) {
            return Typed::error();
        }
        self.level().window = Some(span);
        self.level().window_depth += 1;
        let args = self.arguments(&function.args, name);
        if matches!(self.functions.canonical(name), "lead" | "lag") {
            self.shift(function, &args);
        }
        let mut keys = vec![args.key(self.functions.canonical(name)).with(u64::from(function.distinct))];
        if let (Some(sort), FunctionKind::Aggregate) = (function.order_by.first(), kind) {
            let what = "ORDER BY in the arguments of an aggregate over a window";
            self.refused(Syntax::WindowAggregateOrder, what, sort.expr.span);
        }
        if let (Some(filter), FunctionKind::Window) = (&function.filter, kind) {
            self.refused(Syntax::WindowFilter, "FILTER of a function that is no aggregate", filter.span);
        }
        if let Some(filter) = &function.filter {
            keys.push(self.predicate(filter, "FILTER").key);
        }
        let covers_row = match &function.over {
            Some(WindowRef::Inline(window)) => self.window(window, &mut keys),
            Some(WindowRef::Named(ident)) => match self.named_window(ident) {
                Some(window) => self.window(window, &mut keys),
                None => false,
            },
            None => true,
        };
        self.level().window_depth -= 1;
        let key = Key::node("window", &keys).with_text(name);
        let Some(resolved) = self.resolve(kind, name, &args, span) else {
            return Typed::new(Ty::Error, true, Why::Static("its type is not known"), key);
        };
        let ty = self.result_type(&resolved, &args.operands(), false);
        let operands: Vec<&Typed> = args.typed.iter().collect();
        let (nullable, why) = match resolved.nulls {
            NullRule::EmptyOrNull => match operands.iter().find(|operand| operand.nullable) {
                Some(operand) => (true, operand.why.clone()),
                None if !covers_row => {
                    (true, Why::Function(name.into(), "is NULL where its frame holds no row"))
                }
                None if function.filter.is_some() => {
                    (true, Why::Function(name.into(), "is NULL where its FILTER leaves no row"))
                }
                None => (false, Why::Function(name.into(), "has at least the row itself in its frame")),
            },
            rule => self.null_rule(rule, &operands, name),
        };
        Typed::new(ty, nullable, why, key).facts(only(key))
    }

    /// The offset and the default of `lead` and `lag`: the engine wants their values when it plans.
    fn shift(&mut self, function: &'a Function, args: &Arguments) {
        for arg in function.args.iter().skip(1) {
            let FunctionArg::Expr(expr) = arg else { continue };
            let mut columns = Vec::new();
            column_names(expr, &mut columns);
            if !columns.is_empty() {
                self.refused(
                    Syntax::WindowColumn,
                    "a column as offset or default of lead and lag",
                    expr.span,
                );
            }
        }
        if let (Some(offset), Some(span)) = (args.typed.get(1), args.spans.get(1))
            && let Some(ty) = self.known(&offset.ty)
            && !ty.is_integer()
            && ty != SqlType::Null
            && self.dialect.rules.refuses(Syntax::WindowColumn)
        {
            self.error(Code::TypeMismatch, *span, format!("the offset is an integer, and this is {ty}"));
        }
        if let (Some(value), Some(default), Some(span)) =
            (args.typed.first(), args.typed.get(2), args.spans.get(2))
            && let Some(ty) = self.known(&value.ty)
        {
            self.check_folded(default, &ty, *span);
        }
    }

    /// Whether the engine reads `f(…) OVER w` without its window, which is then said: it puts named windows into the select
    /// list only (`match_window_definitions` of DataFusion 55.2) and elsewhere takes an aggregate for one of groups.
    pub(super) fn loses_window(
        &mut self,
        function: &Function,
        name: &str,
        kinds: &[FunctionKind],
        span: Span,
    ) -> bool {
        let level = self.level();
        let place = level.clause;
        let written_here = level.alias_mode != AliasMode::Hidden;
        let misplaced = written_here && matches!(place, Clause::Qualify | Clause::OrderBy);
        if !misplaced
            || !matches!(function.over, Some(WindowRef::Named(_)))
            || !self.dialect.rules.refuses(Syntax::NamedWindowPlace)
        {
            return false;
        }
        let help = format!("fix this by giving {name} a column in the select list, and using its name here");
        let aggregate = kinds.contains(&FunctionKind::Aggregate);
        let message = format!("a named window is not seen in {}", place.name());
        self.report(if aggregate {
            let message = format!("{message}: {name} is computed over groups");
            Diagnostic::warning(Code::Unsupported, span, message).help(help)
        } else {
            Diagnostic::error(Code::Unsupported, span, message).help(help)
        });
        aggregate
    }

    /// The window of a name; it is reported if there is none.
    pub(super) fn named_window(&mut self, ident: &crate::ast::Ident) -> Option<&'a Window> {
        let name = self.fold(ident);
        let windows = self.level().windows;
        if let Some((_, window)) =
            windows.iter().find(|(own, _)| self.dialect.same(&self.dialect.fold(own), &name))
        {
            return Some(window);
        }
        let names: Vec<String> = windows.iter().map(|(own, _)| self.dialect.fold(own)).collect();
        let mut diagnostic =
            Diagnostic::error(Code::UnknownWindow, ident.span, format!("there is no window `{name}`"));
        diagnostic.help = match suggest::nearest(&name, names.iter().map(String::as_str)).first() {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => Some(format!("fix this by declaring it: `WINDOW {name} AS (…)`")),
        };
        self.report(diagnostic);
        None
    }

    /// Reads a window; says whether its frame always holds the row itself.
    pub(super) fn window(&mut self, window: &'a Window, keys: &mut Vec<Key>) -> bool {
        let mut covers_row = window.frame.as_ref().is_none_or(holds_current_row);
        let mut based = false;
        if let Some(base) = &window.base
            && let Some(base) = self.named_window(base)
            && base.base.is_none()
        {
            covers_row &= self.window(base, keys);
            based = !base.order_by.is_empty();
        }
        for expr in &window.partition_by {
            keys.push(self.expr(expr).key);
        }
        for (i, sort) in window.order_by.iter().enumerate() {
            let typed = self.expr(&sort.expr);
            keys.push(typed.key.with(sort_flags(sort)));
            if i == 0 && !based {
                self.range_key(&typed, window.frame.as_ref(), sort.expr.span);
            }
        }
        if let Some(frame) = &window.frame {
            let bounds = [Some(&frame.start), frame.end.as_ref()];
            for bound in bounds.into_iter().flatten() {
                keys.push(Key::leaf("bound", bound_tag(bound)));
                if let FrameBound::Preceding(Some(expr)) | FrameBound::Following(Some(expr)) = bound {
                    keys.push(self.expr(expr).key);
                }
            }
            self.frame(frame, window);
        }
        covers_row
    }

    /// The first sort key of a frame of values, which a window with ORDER BY and without a frame has too: the engine finds
    /// the frame's ends by calculating with it (`extract_window_frame_target_type` of DataFusion 55.2).
    fn range_key(&mut self, key: &Typed, frame: Option<&Frame>, span: Span) {
        // Where the sort key is one of a table, the engine counts rows.
        let is_key = || self.sorts_by_key(key);
        let counts = frame.map_or_else(is_key, |frame| frame.unit != FrameUnit::Range);
        let Some(ty) = self.known(&key.ty).filter(|_| !counts) else { return };
        if !has_range(&ty) {
            self.refused(Syntax::RangeKey, &format!("a RANGE frame over {}", ty.sql_name()), span);
        }
        let bounds = frame.into_iter().flat_map(|frame| [Some(&frame.start), frame.end.as_ref()]);
        for bound in bounds.flatten() {
            if let FrameBound::Preceding(Some(offset)) | FrameBound::Following(Some(offset)) = bound
                && matches!(offset.kind, ExprKind::Interval { .. })
                && ty.is_numeric()
            {
                let what = format!("an INTERVAL as offset in a RANGE frame over {}", ty.sql_name());
                self.refused(Syntax::RangeKey, &what, offset.span);
            }
        }
    }

    /// Whether a sort key is a column of a table that has a key.
    fn sorts_by_key(&self, key: &Typed) -> bool {
        let table = key.origin.as_ref().and_then(|origin| self.table_of(&origin.table));
        table.is_some_and(|table| !table.primary_key.is_empty())
    }

    fn frame(&mut self, frame: &'a Frame, window: &'a Window) {
        let span = window.order_by.first().or(None).map_or_else(Span::default, |sort| sort.expr.span);
        let unbounded_start = matches!(frame.start, FrameBound::Following(None));
        let unbounded_end = matches!(frame.end, Some(FrameBound::Preceding(None)));
        if unbounded_start || unbounded_end {
            let (side, bound) = if unbounded_start { ("start", "FOLLOWING") } else { ("end", "PRECEDING") };
            self.error(Code::Unsupported, span, format!("a frame cannot {side} at UNBOUNDED {bound}"));
        }
        for bound in [Some(&frame.start), frame.end.as_ref()].into_iter().flatten() {
            if let FrameBound::Preceding(Some(offset)) | FrameBound::Following(Some(offset)) = bound
                && frame.unit != FrameUnit::Range
                && !is_count(offset)
            {
                self.refused(Syntax::FrameOffset, "a negative or unknown number of rows", offset.span);
            }
        }
        let finite = |bound: &FrameBound| {
            matches!(bound, FrameBound::Preceding(Some(_)) | FrameBound::Following(Some(_)))
        };
        let bounded = finite(&frame.start) || frame.end.as_ref().is_some_and(finite);
        if frame.unit == FrameUnit::Range && bounded && window.order_by.len() != 1 && window.base.is_none() {
            self.error(
                Code::Unsupported,
                span,
                "a RANGE frame with an offset needs exactly one ORDER BY key",
            );
        }
        if frame.unit == FrameUnit::Groups && window.order_by.is_empty() && window.base.is_none() {
            self.error(Code::Unsupported, span, "a GROUPS frame needs an ORDER BY");
        }
    }
}

/// What a function is when it is called over a window.
pub(super) fn window_kind(name: &str, kinds: &[FunctionKind]) -> Option<FunctionKind> {
    let has = |kind| kinds.contains(&kind);
    match (has(FunctionKind::Aggregate), has(FunctionKind::Window)) {
        (true, true) if WINDOW_FIRST.contains(&name) => Some(FunctionKind::Window),
        (true, _) => Some(FunctionKind::Aggregate),
        (false, true) => Some(FunctionKind::Window),
        (false, false) => None,
    }
}

/// Whether the engine calculates with values of a type to find a frame's ends.
fn has_range(ty: &SqlType) -> bool {
    match ty {
        SqlType::Dictionary(_, value) => has_range(value),
        SqlType::List(_, layout) => *layout == ListLayout::List || *layout == ListLayout::Large,
        SqlType::Null | SqlType::Boolean | SqlType::Text(_) | SqlType::FixedSizeList(..) => true,
        SqlType::Date32 | SqlType::Date64 | SqlType::Timestamp(..) => true,
        other => other.is_numeric(),
    }
}

/// Whether an offset can be a number of rows: no NULL, nothing negative.
fn is_count(offset: &Expr) -> bool {
    !matches!(offset.kind, ExprKind::Literal(Literal::Null) | ExprKind::Unary { op: UnaryOp::Minus, .. })
}

fn bound_tag(bound: &FrameBound) -> u64 {
    match bound {
        FrameBound::CurrentRow => 0,
        FrameBound::Preceding(None) => 1,
        FrameBound::Preceding(Some(_)) => 2,
        FrameBound::Following(None) => 3,
        FrameBound::Following(Some(_)) => 4,
    }
}

/// Whether a frame starts at or before the current row and ends at or after it.
fn holds_current_row(frame: &Frame) -> bool {
    matches!(frame.start, FrameBound::CurrentRow | FrameBound::Preceding(_))
        && matches!(frame.end, None | Some(FrameBound::CurrentRow | FrameBound::Following(_)))
}

impl Typed {
    /// Whether the type is one that an error was reported for.
    pub(super) fn is_error(&self) -> bool {
        self.ty == Ty::Error
    }
}
