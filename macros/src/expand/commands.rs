//! A query of several commands: a row struct and a decode function for each, and a tuple of all results.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::{CommandResult, Plan, ResultKind};
use quote::quote;

use super::{Context, Field};
use crate::report::Problem;

/// How the answer to one command is read.
pub(crate) struct Read {
    kind: ResultKind,
    /// What declares its rows and reads them.
    items: TokenStream,
}

/// How the answers are read; what is wrong is among the problems.
pub(crate) fn reads(context: &Context<'_>, problems: &mut Vec<Problem>) -> Vec<Read> {
    context.plan.results.iter().map(|result| read(context, result, problems)).collect()
}

fn read(context: &Context<'_>, result: &CommandResult, problems: &mut Vec<Problem>) -> Read {
    if result.kind == ResultKind::Done {
        return Read { kind: result.kind, items: TokenStream::new() };
    }
    let plan = Plan { columns: result.columns.clone(), results: Vec::new(), ..context.plan.clone() };
    let context = Context { plan: &plan, ..*context };
    let fields: Vec<Field> = super::fields(&context, problems);
    let krate = context.krate;
    let name = Ident::new("Record", Span::call_site());
    let structure = context.structure(&TokenStream::new(), &name, &fields);
    let decode = super::structure(&context, &quote!(#name), &fields);
    let items = quote! {
        #[derive(#krate::__private::Debug)]
        #[allow(dead_code, non_snake_case)]
        #structure
        #decode
        querent_decode
    };
    Read { kind: result.kind, items }
}

/// The query value; the arguments are in variables of the given names.
pub(crate) fn commands(context: &Context<'_>, reads: &[Read], variables: &[Ident]) -> TokenStream {
    let (krate, source) = (context.krate, context.source);
    let values = context.values(variables);
    let results = reads.iter().enumerate().map(|(index, Read { kind, items })| match kind {
        ResultKind::Rows => quote!(querent_answers.rows(#index, { #items })?),
        ResultKind::Row => quote!(querent_answers.row(#index, { #items })?),
        ResultKind::Done => quote!(querent_answers.done(#index)),
    });
    quote! {
        #krate::__private::Commands::<#source, _>::new(
            PLAN,
            |querent_answers| #krate::__private::Result::Ok((#(#results),*)),
            [#(#values),*],
        )
    }
}
