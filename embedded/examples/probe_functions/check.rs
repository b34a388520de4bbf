//! Compares the dialect's answers about functions with the engine's, function by function, over a sample of calls.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use querent_schema::ast::Literal;
use querent_schema::dialect::{DATAFUSION, FunctionKind, Operand};

use crate::engine::{self, Function};
use crate::lattice::{self, sql_type};

/// How far the two agree.
#[derive(Default)]
pub(crate) struct Agreement {
    pub(crate) asked: usize,
    pub(crate) accepted: usize,
    /// The dialect refuses what the engine takes.
    pub(crate) refused: usize,
    /// The dialect takes what the engine refuses.
    pub(crate) taken: usize,
    /// Both take it, to other types.
    pub(crate) mistyped: usize,
    /// Both take it, and arguments are coerced to other types.
    pub(crate) miscoerced: usize,
    /// The dialect does not know the type.
    pub(crate) unknown: usize,
    /// The first of each, to look at.
    pub(crate) samples: Vec<String>,
}

impl Agreement {
    pub(crate) fn add(&mut self, other: &Agreement) {
        self.asked += other.asked;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.taken += other.taken;
        self.mistyped += other.mistyped;
        self.miscoerced += other.miscoerced;
        self.unknown += other.unknown;
    }

    pub(crate) fn differs(&self) -> bool {
        self.refused + self.taken + self.mistyped + self.miscoerced + self.unknown > 0
    }

    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        const SHOWN: usize = 6;
        if self.samples.len() < SHOWN {
            self.samples.push(text());
        }
    }

    pub(crate) fn print(&self, title: &str) {
        println!(
            "{title}: {} asked, {} accepted; refused {}, taken {}, mistyped {}, miscoerced {}, unknown {}",
            self.asked, self.accepted, self.refused, self.taken, self.mistyped, self.miscoerced, self.unknown
        );
        for sample in &self.samples {
            println!("    {sample}");
        }
    }

    /// The shares of equal verdicts, and of equal types where both accept.
    pub(crate) fn shares(&self) -> (f64, f64) {
        let verdicts = 1.0 - (self.refused + self.taken) as f64 / self.asked.max(1) as f64;
        let both = (self.accepted - self.refused).max(1) as f64;
        (verdicts, 1.0 - (self.mistyped + self.unknown) as f64 / both)
    }
}

/// Every function of the registry over every so-manieth call of the sample; whether the figures are good enough.
pub(crate) fn run(every: usize) -> bool {
    let start = std::time::Instant::now();
    let names = (DATAFUSION.functions)().names().len();
    println!("{names} names read in {:?}", start.elapsed());
    let mut whole = Agreement::default();
    for function in engine::registry() {
        let mut agreement = Agreement::default();
        let mut shorter = Vec::new();
        for count in 0..=4 {
            let mut accepted = Vec::new();
            for types in lattice::lists(count, &shorter, 600, 77 + count as u64).into_iter().step_by(every) {
                if compare(&function, &types, &vec![None; count], &mut agreement) {
                    accepted.push(types);
                }
            }
            shorter = accepted;
        }
        literal_calls(&function, every, &mut agreement);
        aliases(&function, &mut agreement);
        if agreement.differs() {
            agreement.print(&format!("{} {}", function.kind(), function.name()));
        }
        whole.add(&agreement);
    }
    whole.print("all functions");
    let (verdicts, types) = whole.shares();
    println!("verdicts {:.4} %, types {:.4} %", verdicts * 100.0, types * 100.0);
    verdicts >= 0.99 && types >= 0.999
}

fn kind(function: &Function) -> FunctionKind {
    match function {
        Function::Scalar(_) => FunctionKind::Scalar,
        Function::Aggregate(_) => FunctionKind::Aggregate,
        Function::Window(_) => FunctionKind::Window,
    }
}

/// Compares one call; whether the engine takes it.
fn compare(
    function: &Function,
    types: &[DataType],
    literals: &[Option<ScalarValue>],
    agreement: &mut Agreement,
) -> bool {
    let operand = |(ty, literal): (&DataType, &Option<ScalarValue>)| Operand {
        ty: Some(sql_type(ty)),
        literal: literal.as_ref().and_then(literal_of),
        nullable: true,
    };
    let operands: Vec<Operand> = types.iter().zip(literals).map(operand).collect();
    let answer = function.plan(types, literals, true);
    let resolved = (DATAFUSION.functions)().resolve(kind(function), function.name(), &operands);
    agreement.asked += 1;
    let call = || {
        let args: Vec<String> = types
            .iter()
            .zip(literals)
            .map(|(ty, literal)| literal.as_ref().map_or(ty.to_string(), |literal| format!("{literal:?}")))
            .collect();
        format!("{}({})", function.name(), args.join(", "))
    };
    match (&answer, resolved) {
        (None, Err(_)) => return false,
        (Some(answer), Err(refusal)) => {
            agreement.accepted += 1;
            agreement.refused += 1;
            agreement.note(|| format!("refused: {} gives {}: {refusal:?}", call(), answer.result));
        }
        (None, Ok(resolved)) => {
            agreement.taken += 1;
            agreement.note(|| format!("taken: {} gives {:?}", call(), resolved.ty.map(|ty| ty.to_string())));
        }
        (Some(answer), Ok(resolved)) => {
            agreement.accepted += 1;
            let coerced: Vec<_> = answer.coerced.iter().map(|ty| Some(sql_type(ty))).collect();
            match &resolved.ty {
                None => {
                    agreement.unknown += 1;
                    agreement.note(|| format!("unknown: {} gives {}", call(), answer.result));
                }
                Some(ty) if *ty != sql_type(&answer.result) => {
                    agreement.mistyped += 1;
                    agreement.note(|| format!("mistyped: {} gives {}, not {ty}", call(), answer.result));
                }
                Some(_) if coerced != resolved.operands => {
                    agreement.miscoerced += 1;
                    agreement.note(|| {
                        format!("miscoerced: {} to {:?}, not {:?}", call(), answer.coerced, resolved.operands)
                    });
                }
                Some(_) => {}
            }
        }
    }
    answer.is_some()
}

fn literal_of(value: &ScalarValue) -> Option<Literal> {
    Some(match value {
        ScalarValue::Utf8(Some(text)) => Literal::String(text.clone()),
        ScalarValue::Int64(Some(number)) => Literal::Number(number.to_string()),
        ScalarValue::Null => Literal::Null,
        _ => return None,
    })
}

/// Calls with literals among the arguments.
fn literal_calls(function: &Function, every: usize, agreement: &mut Agreement) {
    let text = |text: &str| Some(ScalarValue::Utf8(Some(text.to_owned())));
    let number = |number: i64| Some(ScalarValue::Int64(Some(number)));
    let literals = [
        text("day"),
        text("EPOCH"),
        text("nanosecond"),
        text("a"),
        text("nope"),
        text(""),
        text("UTC"),
        text("Int8"),
        text("Timestamp(ms, \"UTC\")"),
        text("Timestamp(Nanosecond, None)"),
        text("Decimal128(10, 2)"),
        text("List(Int64)"),
        number(0),
        number(2),
        number(-1),
        number(-100),
        number(100),
        Some(ScalarValue::Null),
    ];
    for ty in lattice::types().into_iter().step_by(every) {
        for literal in &literals {
            let of =
                |value: &Option<ScalarValue>| value.as_ref().map_or(DataType::Null, ScalarValue::data_type);
            let literal_type = of(literal);
            compare(function, &[ty.clone(), literal_type.clone()], &[None, literal.clone()], agreement);
            compare(function, &[literal_type.clone(), ty.clone()], &[literal.clone(), None], agreement);
            compare(
                function,
                &[literal_type.clone(), ty.clone(), DataType::Utf8, DataType::Int32],
                &[literal.clone(), None, text("z"), None],
                agreement,
            );
        }
    }
}

/// Aliases name the same function.
fn aliases(function: &Function, agreement: &mut Agreement) {
    let functions = (DATAFUSION.functions)();
    for alias in function.aliases() {
        agreement.asked += 1;
        if functions.canonical(&alias) != function.name()
            || !functions.kinds(&alias).contains(&kind(function))
        {
            agreement.refused += 1;
            agreement.note(|| format!("alias {alias} is not known"));
        }
    }
}
