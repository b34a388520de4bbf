//! The engine's signatures in the notation of the data file.

use datafusion::common::types::NativeType;
use datafusion::logical_expr::{
    ArrayFunctionArgument, ArrayFunctionSignature, Coercion, TypeSignature, TypeSignatureClass,
};

/// The text of a signature. `counts` are the numbers of arguments that calls were accepted with.
pub(crate) fn text(name: &str, signature: &TypeSignature, counts: &[usize]) -> String {
    let types = |types: &[datafusion::arrow::datatypes::DataType]| {
        types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    match signature {
        TypeSignature::OneOf(alternatives) => {
            let mut texts: Vec<String> = Vec::new();
            for alternative in alternatives {
                let text = text(name, alternative, counts);
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            texts.join("; ")
        }
        TypeSignature::Exact(exact) => format!("exact({})", types(exact)),
        TypeSignature::Uniform(count, valid) => format!("uniform({count}, {})", types(valid)),
        TypeSignature::Variadic(valid) => format!("variadic({})", types(valid)),
        TypeSignature::VariadicAny => "any(+)".to_owned(),
        TypeSignature::Any(count) => format!("any({count})"),
        TypeSignature::Nullary => "nullary()".to_owned(),
        TypeSignature::Numeric(count) => format!("numeric({count})"),
        TypeSignature::String(count) => format!("string({count})"),
        TypeSignature::Comparable(count) => format!("comparable({count})"),
        TypeSignature::Coercible(classes) => {
            format!("coercible({})", classes.iter().map(class).collect::<Vec<_>>().join(", "))
        }
        TypeSignature::ArraySignature(array) => array_text(array),
        TypeSignature::UserDefined => format!("rule({name}{})", arity(counts)),
    }
}

/// The longest call that was probed: a function that takes it takes any longer one.
pub(crate) const LONGEST: usize = 5;

fn arity(counts: &[usize]) -> String {
    let mut text = String::new();
    let open = counts.contains(&LONGEST);
    let mut counts = counts.to_vec();
    // 1, 2, 3, 4, 5 is "1 or more".
    while open && counts.len() > 1 && counts[counts.len() - 2] + 1 == counts[counts.len() - 1] {
        counts.pop();
    }
    for (place, count) in counts.iter().enumerate() {
        let more = if open && place + 1 == counts.len() { "+" } else { "" };
        text.push_str(&format!(", {count}{more}"));
    }
    text
}

fn array_text(signature: &ArrayFunctionSignature) -> String {
    match signature {
        ArrayFunctionSignature::Array { arguments, array_coercion } => {
            let words = arguments.iter().map(|argument| match argument {
                ArrayFunctionArgument::Array => "array",
                ArrayFunctionArgument::Element => "element",
                ArrayFunctionArgument::Index => "index",
                ArrayFunctionArgument::String => "string",
            });
            let name = if array_coercion.is_some() { "array" } else { "array_sized" };
            format!("{name}({})", words.collect::<Vec<_>>().join(", "))
        }
        ArrayFunctionSignature::RecursiveArray => "nested_array()".to_owned(),
        ArrayFunctionSignature::MapArray => "map()".to_owned(),
    }
}

fn class(coercion: &Coercion) -> String {
    let desired = class_name(coercion.desired_type());
    let mut text = desired.clone();
    if let Some(default) = coercion.default_casted_type() {
        let sources: Vec<String> = coercion.allowed_source_types().iter().map(class_name).collect();
        text.push_str(&format!("<-{}", sources.join("|")));
        let default = native_name(default);
        if default != desired {
            text.push_str(&format!("={default}"));
        }
    }
    if coercion.encoding_preservation().preserve_dictionary() {
        text.push('~');
    }
    text
}

fn class_name(class: &TypeSignatureClass) -> String {
    match class {
        TypeSignatureClass::Any => "any".to_owned(),
        TypeSignatureClass::Timestamp => "timestamp".to_owned(),
        TypeSignatureClass::Time => "time".to_owned(),
        TypeSignatureClass::Interval => "interval".to_owned(),
        TypeSignatureClass::Duration => "duration".to_owned(),
        TypeSignatureClass::Integer => "integer".to_owned(),
        TypeSignatureClass::Float => "float".to_owned(),
        TypeSignatureClass::Decimal => "decimal".to_owned(),
        TypeSignatureClass::Numeric => "numeric".to_owned(),
        TypeSignatureClass::Binary => "bytes".to_owned(),
        TypeSignatureClass::Native(logical) => native_name(logical.native()),
    }
}

fn native_name(native: &NativeType) -> String {
    match native {
        NativeType::String => "string".to_owned(),
        NativeType::Binary => "binary".to_owned(),
        NativeType::Date => "date".to_owned(),
        NativeType::Timestamp(unit, None) => format!("Timestamp({unit})"),
        NativeType::Timestamp(unit, Some(zone)) => format!("Timestamp({unit}, {zone:?})"),
        NativeType::Interval(unit) => format!("Interval({unit:?})"),
        NativeType::Duration(unit) => format!("Duration({unit})"),
        other => format!("{other:?}"),
    }
}
