//! The part of the functions that is code: what signatures ask for, results that a literal decides, and arguments that
//! must be literals.
//!
//! A signature is `rule(arguments, counts)`. Arguments with `=` before them are the types that the engine was measured to
//! take, by their letters (`types::letter`), and a space before those of the next argument: `=ilfd s`. Without it they are
//! the types that a function is declared with, one letter each, to which the engine converts: `lss`; `o` is anything. The
//! last argument stands for all that follow.

use querent_types::SqlType;

use super::types::{Engine, entries, is_list, is_number, letter, native, of_letter, of_word};
use super::{mse, refuse, sse};
use crate::ast::{BinaryOp, Literal};
use crate::dialect::function::FunctionRules;
use crate::dialect::function::signature::{Alternative, Signature};
use crate::dialect::{NullRule, Operand, Refusal};

/// The functions of one engine.
pub(super) struct Functions {
    pub(super) engine: Engine,
    /// Whether queries ask for NULLs.
    pub(super) nulls: bool,
}

/// Units of `TIMESTAMPADD` and `TIMESTAMPDIFF`, and of functions that take them as text.
const UNITS: &[&str] = &[
    "NANOSECOND",
    "MICROSECOND",
    "FRAC_SECOND",
    "MILLISECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
];

/// Arguments that must be literals: whether in the single-stage engine alone, the function, the places.
const LITERALS: &[(bool, &str, &[usize])] = &[
    (true, "regexpextract", &[1, 2, 3]),
    (true, "cosinedistance", &[2]),
    (true, "stpoint", &[2]),
    (true, "jsonextractkey", &[1, 2]),
    (true, "datetrunc", &[0]),
    (true, "datetimeconvert", &[1, 2, 3]),
    (true, "arrayagg", &[1]),
    (true, "firstwithtime", &[2]),
    (true, "lastwithtime", &[2]),
    (false, "jsonextractscalar", &[1, 2]),
    (false, "timeconvert", &[1, 2]),
];

/// Aggregates whose answer over no rows was not seen, and may be none.
const MAY_LACK: &[&str] = &[
    "anyvalue",
    "exprmin",
    "exprmax",
    "firstwithtime",
    "lastwithtime",
    "minstring",
    "maxstring",
    "arrayagg",
    "listagg",
    "stunion",
    "idset",
    "timeseriesaggregate",
    "frequentstringssketch",
    "frequentlongssketch",
];

/// Units that `DATETRUNC` knows.
const TRUNCATED: &[&str] =
    &["MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];

impl FunctionRules for Functions {
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        signature.alternatives.iter().find_map(|alternative| {
            if !alternative.arity().takes(types.len()) {
                return None;
            }
            match alternative {
                Alternative::Rule { name, .. } => self.arguments(name, types),
                _ => Some(types.to_vec()),
            }
        })
    }

    fn guesses(&self) -> bool {
        false
    }

    fn returns(&self, rule: &str, args: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        let single = self.engine == Engine::SingleStage;
        match rule {
            "coalesce" if single => sse::coalesce(args, types),
            "coalesce" => match mse::alike(&mse::exact(args)) {
                Some(ty) => Ok(Some(ty)),
                None => Err(refuse("values of one family: cast them")),
            },
            "first" => Ok(types.first().cloned()),
            "widest" => Ok(super::types::widest(types, sse::wider).or_else(|| types.first().cloned())),
            "word" => word(args, 2, self.engine),
            "secondword" => Ok(collected(args, 1)?.map(SqlType::list)),
            "timeword" => time_word(args),
            "list" => {
                Ok(types.first().map(|ty| if is_list(ty) { ty.clone() } else { SqlType::list(ty.clone()) }))
            }
            "arrays" => Ok(types.first().map(array_of)),
            "hopped" => Ok(converted(args)?.map(SqlType::list)),
            "item" => Ok(types.first().and_then(entries).map(|(_, value)| value.clone())),
            // Measured for doubles; of a decimal, and by the planner of any other number, it may be of that type.
            "doubled" => {
                let other = |ty: &SqlType| match self.engine {
                    Engine::SingleStage => *ty == SqlType::BigDecimal,
                    Engine::MultiStage => *ty != SqlType::Float64,
                };
                Ok((!types.iter().any(other)).then_some(SqlType::Float64))
            }
            "sum" => {
                let [a, b] = args else { return Ok(None) };
                let sum = match self.engine {
                    Engine::SingleStage => sse::binary(&BinaryOp::Plus, a, b),
                    Engine::MultiStage => mse::binary(&BinaryOp::Plus, a, b),
                };
                sum.map(|resolved| resolved.ty)
            }
            "element" => Ok(types.first().map(element)),
            "lastelement" => Ok(types.last().map(element)),
            "converted" => converted(args),
            "truncated" => truncated(args, single),
            "timestampadd" | "timestampdiff" => {
                self.unit(args)?;
                Ok(Some(match (rule, self.engine) {
                    (_, Engine::SingleStage) => SqlType::Int64,
                    ("timestampadd", _) => super::types::timestamp(),
                    _ => SqlType::Int32,
                }))
            }
            "jsonextractkey" if single && args.len() > 2 => match &args[2].literal {
                Some(Literal::String(text)) if !text.contains('=') => Err(refuse("options as `key=value`")),
                _ => Ok(Some(SqlType::list(SqlType::TEXT))),
            },
            "jsonextractkey" => Ok(Some(SqlType::list(SqlType::TEXT))),
            // What a script, another table or a sketch gives.
            _ => Ok(None),
        }
    }

    fn words(&self, signature: &Signature) -> Option<String> {
        let name = |letter: char| match letter {
            'm' => Some("MAP".to_owned()),
            letter => of_letter(letter).and_then(|ty| native(&ty, Engine::SingleStage)),
        };
        let argument = |letters: &str| {
            let names: Vec<String> = letters.chars().filter_map(name).collect();
            if names.is_empty() { "anything".to_owned() } else { names.join(" or ") }
        };
        let forms = signature.alternatives.iter().filter_map(|alternative| match alternative {
            Alternative::Rule { name, .. } => Some(match name.strip_prefix('=') {
                Some(sets) => sets.split(' ').next().map(argument).unwrap_or_default(),
                None => {
                    let all: Vec<String> = name.chars().map(|letter| argument(&letter.to_string())).collect();
                    format!("({})", all.join(", "))
                }
            }),
            _ => None,
        });
        let forms: Vec<String> = forms.collect();
        (!forms.is_empty()).then(|| forms.join("; "))
    }

    /// Without NULLs an aggregate of the single-stage engine over no rows gives a value that stands for nothing, and so do
    /// MIN and MAX of the multi-stage engine, whose SUM and AVG give NULL all the same.
    fn nulls(&self, name: &str, rule: NullRule) -> NullRule {
        match (self.nulls, self.engine, rule) {
            (false, Engine::SingleStage, NullRule::EmptyOrNull) if !MAY_LACK.contains(&name) => {
                NullRule::Never
            }
            (false, Engine::MultiStage, NullRule::EmptyOrNull) if ["min", "max"].contains(&name) => {
                NullRule::Never
            }
            (false, Engine::SingleStage, NullRule::Always)
                if ["jsonextractscalar", "jsonextractindex"].contains(&name) =>
            {
                NullRule::Strict
            }
            (_, _, rule) => rule,
        }
    }

    fn refuses_literal(&self, name: &str, args: &[Operand]) -> Option<(usize, &'static str)> {
        let single = self.engine == Engine::SingleStage;
        let wanted = LITERALS.iter().filter(|(sse, own, _)| *own == name && (single || !sse));
        let missing =
            |place: &&usize| args.get(**place).is_some_and(|arg| arg.literal.is_none() && arg.ty.is_some());
        let missing = wanted.flat_map(|(_, _, places)| places.iter()).find(missing);
        missing.map(|place| (*place, "a literal"))
    }
}

impl Functions {
    /// What arguments of these types are read as. A bare NULL or a parameter is what the signature says.
    fn arguments(&self, letters: &str, types: &[SqlType]) -> Option<Vec<SqlType>> {
        if let Some(measured) = letters.strip_prefix('=') {
            let sets: Vec<&str> = measured.split(' ').collect();
            let set = |place: usize| sets.get(place).or(sets.last()).copied().unwrap_or_default();
            let fits = |(place, ty): (usize, &SqlType)| {
                let set = set(place);
                let own = letter(ty);
                (*ty == SqlType::Null || set == "o" || own.is_some_and(|own| set.contains(own)))
                    .then(|| ty.clone())
            };
            return types.iter().enumerate().map(fits).collect();
        }
        let letter = |place: usize| letters.chars().nth(place).or(letters.chars().last());
        types.iter().enumerate().map(|(place, ty)| self.converted(letter(place)?, ty)).collect()
    }

    /// What a type is converted to where a function is declared with another.
    fn converted(&self, declared: char, ty: &SqlType) -> Option<SqlType> {
        if *ty == SqlType::Null {
            return Some(of_letter(declared).unwrap_or(SqlType::Null));
        }
        let fits = match self.engine {
            _ if declared == 'o' => true,
            Engine::SingleStage => declared.is_ascii_uppercase() == is_list(ty),
            // The planner looks at texts alone.
            Engine::MultiStage => declared != 's' || mse::is_written(ty),
        };
        fits.then(|| ty.clone())
    }

    fn unit(&self, args: &[Operand]) -> Result<(), Refusal> {
        let known = match args.first().map(|arg| &arg.literal) {
            Some(Some(Literal::String(word))) => {
                let upper = word.to_uppercase();
                UNITS.contains(&upper.trim_start_matches("SQL_TSI_"))
            }
            // The single-stage engine takes it from a column, too.
            _ => self.engine == Engine::SingleStage,
        };
        if known { Ok(()) } else { Err(refuse("a unit as a bare word first: `TIMESTAMPADD(DAY, 1, ts)`")) }
    }
}

/// The type that a literal names.
fn word(args: &[Operand], place: usize, engine: Engine) -> Result<Option<SqlType>, Refusal> {
    let Some(arg) = args.get(place) else { return Ok(Some(SqlType::TEXT)) };
    let Some(Literal::String(text)) = &arg.literal else { return Ok(None) };
    let ty = of_word(text).filter(|ty| engine == Engine::SingleStage || *ty != SqlType::Json);
    let default = args.get(place + 1).and_then(|arg| arg.literal.as_ref());
    if let (Some(SqlType::Binary(_)), Some(Literal::String(text)), Engine::SingleStage) =
        (&ty, default, engine)
        && !sse::is_hex(text)
    {
        return Err(refuse("a default of BYTES in hexadecimal digits"));
    }
    ty.map(Some).ok_or_else(|| refuse("the name of a type: 'INT', 'STRING_ARRAY'"))
}

/// The type that a literal names for the values of an aggregate of the single-stage engine: what is no number can be
/// collected as text alone.
fn collected(args: &[Operand], place: usize) -> Result<Option<SqlType>, Refusal> {
    let ty = word(args, place, Engine::SingleStage)?;
    let first = args.first().and_then(|arg| arg.ty.as_ref()).map(element);
    let counts = |ty: &SqlType| is_number(ty) || matches!(ty, SqlType::Boolean | SqlType::Timestamp(..));
    match (&ty, first) {
        (Some(SqlType::Text(_)) | None, _) | (_, None | Some(SqlType::Null)) => Ok(ty),
        (_, Some(first)) if counts(&first) => Ok(ty),
        _ => Err(refuse("'STRING' as the type of what is no number")),
    }
}

/// The type that the third argument of FIRSTWITHTIME and LASTWITHTIME names.
fn time_word(args: &[Operand]) -> Result<Option<SqlType>, Refusal> {
    let ty = collected(args, 2)?;
    match &ty {
        Some(
            SqlType::BigDecimal
            | SqlType::Timestamp(..)
            | SqlType::Json
            | SqlType::Binary(_)
            | SqlType::List(..),
        ) => Err(refuse("one of 'INT', 'LONG', 'FLOAT', 'DOUBLE', 'BOOLEAN' and 'STRING'")),
        _ => Ok(ty),
    }
}

/// ARRAY_AGG of the planner: an array of what is given, but decimals become doubles and maps stay maps.
fn array_of(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::BigDecimal => SqlType::list(SqlType::Float64),
        SqlType::Map(..) => ty.clone(),
        ty if is_list(ty) => ty.clone(),
        ty => SqlType::list(ty.clone()),
    }
}

fn element(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::List(field, _) => field.ty.clone(),
        other => other.clone(),
    }
}

/// DATETIMECONVERT: a text where the output's format is a pattern, else a number; formats are `1:DAYS:EPOCH` or
/// `EPOCH|DAYS|1`.
fn converted(args: &[Operand]) -> Result<Option<SqlType>, Refusal> {
    let format = |place: usize| match args.get(place).map(|arg| &arg.literal) {
        Some(Some(Literal::String(text))) => Some(text.to_uppercase()),
        _ => None,
    };
    let good = |text: &String| {
        let words = ["EPOCH", "SIMPLE_DATE_FORMAT", "TIMESTAMP"];
        words.iter().any(|word| text.contains(word))
    };
    if [1, 2].iter().any(|place| format(*place).is_some_and(|text| !good(&text))) {
        return Err(refuse(
            "formats such as '1:MILLISECONDS:EPOCH' and '1:DAYS:SIMPLE_DATE_FORMAT:yyyyMMdd'",
        ));
    }
    Ok(Some(match format(2) {
        Some(text) if text.contains("EPOCH") => SqlType::Int64,
        Some(text) if text.starts_with("TIMESTAMP") || text.contains(":TIMESTAMP") => {
            super::types::timestamp()
        }
        _ => SqlType::TEXT,
    }))
}

/// DATETRUNC: its unit is checked by the single-stage engine when it plans.
fn truncated(args: &[Operand], single: bool) -> Result<Option<SqlType>, Refusal> {
    match args.first().map(|arg| &arg.literal) {
        Some(Some(Literal::String(unit))) if single && !TRUNCATED.contains(&&*unit.to_uppercase()) => {
            Err(refuse("a unit first: `datetrunc('DAY', ts)`"))
        }
        _ => Ok(Some(SqlType::Int64)),
    }
}
