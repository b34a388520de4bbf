//! Mistakes that are told together.

/// All mistakes of a derive's input, each at its own place.
#[derive(Default)]
pub(super) struct Errors(Option<syn::Error>);

impl Errors {
    pub(super) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// What was made of the input, unless there was a mistake.
    pub(super) fn or<T>(self, made: T) -> syn::Result<T> {
        self.0.map_or(Ok(made), Err)
    }
}
