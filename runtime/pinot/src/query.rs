//! What a call can ask of Pinot alone, as methods of every query.
//!
//! The engine and null handling are not among it: they change types and results, so they are the source's.

use querent_core::{Backend, Query, Source};
use querent_protocol::pinot::options::QueryOptions;

use crate::{Pinot, Report, Tolerance};

/// What one call asks of Pinot.
#[derive(Clone, Default)]
pub struct PinotCall {
    /// Options that go over those of the URL; a `SET` in the text goes over both.
    pub options: QueryOptions,
    /// The id by which the query is known in the broker's list, and can be stopped; one is made where none is given.
    pub client_query_id: Option<String>,
    /// Whether a trace is wanted.
    pub trace: bool,
    /// Takes in what the broker says of the answer.
    pub report: Option<Report>,
    /// What may be missing.
    pub tolerance: Tolerance,
    /// The row of the stored result that is read first.
    pub start_at: u64,
    /// Headers of this request, over those of the URL.
    pub headers: Vec<(String, String)>,
}

/// The backend of sources whose queries take Pinot's options.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no Pinot backend",
    label = "an option of Pinot's, on a query of another backend",
    note = "only queries of a source whose URL begins with pinot:// or pinot+tls:// have it"
)]
pub trait PinotBackend: Backend<Call = PinotCall> {}

impl PinotBackend for Pinot {}

/// Pinot's options of one call, on the queries of all sources; those of other backends do not compile.
///
/// The bounds are on the methods, so that rustc says what is wrong.
pub trait PinotQuery<S: Source>: Sized {
    /// Sets options.
    #[doc(hidden)]
    fn pinot(self, set: impl FnOnce(&mut PinotCall)) -> Self
    where
        S::Backend: PinotBackend;

    /// Options of the query, over those of the URL.
    fn options(self, options: QueryOptions) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.options = call.options.merged(&options))
    }

    /// The id by which the query is known in the broker's list, and can be stopped.
    fn client_query_id(self, id: impl Into<String>) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.client_query_id = Some(id.into()))
    }

    /// Asks for a trace, which the report then holds.
    fn trace(self) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.trace = true)
    }

    /// Where to put what the broker says of the answer besides its rows.
    fn report(self, report: &Report) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.report = Some(report.clone()))
    }

    /// Takes an answer of which no more is missing than this; `partial_ok` takes any.
    fn tolerate(self, tolerance: Tolerance) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.tolerance = tolerance)
    }

    /// Begins at this row of the result, counted from 0, and leaves out those before it without fetching them.
    ///
    /// For queries with a page size: only a stored result can be sought in. It is made anew for each call.
    fn start_at(self, row: u64) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.start_at = row)
    }

    /// A header of this request.
    fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self
    where
        S::Backend: PinotBackend,
    {
        self.pinot(|call| call.headers.push((name.into(), value.into())))
    }
}

impl<S: Source, R> PinotQuery<S> for Query<'_, S, R> {
    fn pinot(mut self, set: impl FnOnce(&mut PinotCall)) -> Self
    where
        S::Backend: PinotBackend,
    {
        set(&mut self.call_mut().backend);
        self
    }
}

#[cfg(test)]
mod tests {
    use querent_core::Plan;

    use super::*;

    enum Stats {}

    impl Source for Stats {
        type Backend = Pinot;
        const NAME: &'static str = "stats";
        const FINGERPRINT: u64 = 0;
    }

    #[test]
    fn every_option_reaches_the_call() {
        const PLAN: &Plan = &Plan::EMPTY;
        let report = Report::new();
        let query = Query::<Stats, ()>::new(PLAN, |_, _| Ok(()), []);
        let query = query.options(QueryOptions::new().use_star_tree(true).max_rows_in_join(1));
        let query = query.options(QueryOptions::new().max_rows_in_join(2));
        let mut query = query
            .client_query_id("q")
            .trace()
            .report(&report)
            .header("a", "b")
            .start_at(7)
            .tolerate(Tolerance::new().servers(0.5));
        let call = &query.call_mut().backend;
        let options: Vec<_> = call.options.iter().collect();
        assert_eq!(options, [("useStarTree", "true"), ("maxRowsInJoin", "2")]);
        assert_eq!((call.client_query_id.as_deref(), call.trace), (Some("q"), true));
        assert_eq!(call.headers, [("a".to_owned(), "b".to_owned())]);
        assert_eq!((&call.tolerance, call.start_at), (&Tolerance::new().servers(0.5), 7));
        assert!(call.report.is_some() && report.statistics().is_none() && report.missing().is_empty());
    }
}
