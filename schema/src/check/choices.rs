//! Which choices of its optional sections a statement is read for, besides that of all of them.
//!
//! Sections that only narrow WHERE (`WHERE a = 1 {{ AND b = :b }} {{ AND c = :c }}`) are as good as all of what there is,
//! and two choices say everything of them: with all, each of them is typed; with none, the least is proven. A term of
//! WHERE sees nothing that another proves, names nothing for others, and what it proves can only take NULLs away, so that
//! whatever is NULL in some choice is so in the one without any. Other sections are read in all their choices while they
//! are few, and then all, none, each alone off and each alone on.

use std::collections::HashSet;

use crate::ast::{BinaryOp, Expr, ExprKind, Span, Statement, StatementKind};
use crate::parse::Source;
use crate::parse::visit::{self, Node};

/// With more choices than these, all, none, each alone off and each alone on are checked.
const CHOICES_MAX: usize = 16;

/// The choices of sections that are read besides all of them.
pub(super) fn choices(source: &Source<'_>, statement: &Statement) -> Vec<Vec<bool>> {
    let count = source.sections.len();
    let mut choices: Vec<Vec<bool>> = Vec::new();
    if count == 0 {
        return choices;
    }
    if all_narrow(source, statement) {
        return vec![vec![false; count]];
    }
    if count < usize::BITS as usize && 1_usize << count <= CHOICES_MAX {
        choices
            .extend((0..(1_usize << count) - 1).map(|bits| (0..count).map(|i| bits >> i & 1 == 1).collect()));
    } else {
        choices.push(vec![false; count]);
        for i in 0..count {
            choices.push((0..count).map(|j| j != i).collect());
            choices.push((0..count).map(|j| j == i).collect());
        }
    }
    // A section inside of one that is not sent is not sent: such choices are others in disguise.
    let mut seen = HashSet::new();
    choices.retain_mut(|choice| {
        for i in 0..count {
            let mut above = source.sections[i].parent;
            while let Some(parent) = above {
                choice[i] &= choice[parent];
                above = source.sections[parent].parent;
            }
        }
        choice.iter().any(|on| !on) && seen.insert(choice.clone())
    });
    choices
}

/// Whether each section is nothing but further terms of a WHERE, without a subquery.
fn all_narrow(source: &Source<'_>, statement: &Statement) -> bool {
    // Side by side, in the order of the text.
    if source.sections.iter().any(|section| section.parent.is_some()) {
        return false;
    }
    let mut terms = Terms { source, last: vec![None; source.sections.len()], narrow: true };
    visit::statement(statement, &mut |node| {
        let selection = match node {
            Node::Select(select) => &select.selection,
            Node::Statement(Statement { kind: StatementKind::Update(update), .. }) => &update.selection,
            Node::Statement(Statement { kind: StatementKind::Delete(delete), .. }) => &delete.selection,
            _ => return,
        };
        if let Some(selection) = selection {
            terms.read(selection);
        }
    });
    terms.are_all()
}

/// The terms of WHERE clauses that stand in sections.
struct Terms<'a> {
    source: &'a Source<'a>,
    /// Of each section the end of its last term.
    last: Vec<Option<u32>>,
    narrow: bool,
}

impl Terms<'_> {
    /// Looks at the terms of a condition: the operands of its outermost ANDs.
    fn read(&mut self, condition: &Expr) {
        let mut rest: Vec<(Option<Span>, &Expr)> = vec![(None, condition)];
        while let Some((joint, expr)) = rest.pop() {
            match &expr.kind {
                ExprKind::Binary { left, op: BinaryOp::And, op_span, right } => {
                    rest.push((Some(*op_span), right));
                    rest.push((joint, left));
                }
                _ => self.term(joint, expr),
            }
        }
    }

    /// A term, and the AND before it.
    fn term(&mut self, joint: Option<Span>, term: &Expr) {
        let at = self.section_of(term.span);
        let own = joint.and_then(|joint| self.section_of(joint));
        match (own, at) {
            (None, None) => {}
            (Some(joined), Some(section)) if joined == section => {
                let begins = self.last[section].is_none();
                if begins && !joint.is_some_and(|joint| self.opens(section, joint)) {
                    self.narrow = false;
                }
                self.last[section] = Some(term.span.end);
                visit::expr(term, &mut |node| self.narrow &= !matches!(node, Node::Query(_)));
            }
            _ => self.narrow = false,
        }
    }

    /// The section that holds a range whole.
    fn section_of(&self, span: Span) -> Option<usize> {
        let sections = &self.source.sections;
        let after = sections.partition_point(|section| section.span.start <= span.start);
        let section = after.checked_sub(1)?;
        sections[section].span.contains(span).then_some(section)
    }

    /// Whether a section begins with this AND.
    fn opens(&self, section: usize, joint: Span) -> bool {
        let start = self.source.sections[section].span.start as usize + 2;
        self.source.text.get(start..joint.start as usize).is_some_and(|text| text.trim().is_empty())
    }

    /// Whether every section holds terms, and nothing behind them.
    fn are_all(&self) -> bool {
        let ends = |(section, last): (usize, &Option<u32>)| {
            let end = self.source.sections[section].span.end as usize;
            let behind = last.and_then(|last| self.source.text.get(last as usize..end.checked_sub(2)?));
            behind.is_some_and(|text| text.chars().all(|c| c == ')' || c.is_whitespace()))
        };
        self.narrow && self.last.iter().enumerate().all(ends)
    }
}
