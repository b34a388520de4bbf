//! How much of an answer may be missing for a call that wants the rest.

use querent_protocol::pinot::code::ErrorCode;
use querent_protocol::pinot::summary::{Incomplete, Summary};

/// What a call puts up with; [`PinotQuery::tolerate`](crate::PinotQuery::tolerate) takes it. Whatever it does not name is
/// an error as ever: limits that were reached, trimmed groups, rows that the broker counted and did not send.
///
/// An answer without any table stays an error, and [`Report::missing`](crate::Report::missing) says what was put up with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tolerance {
    servers: Option<f64>,
    codes: Vec<ErrorCode>,
}

/// What brokers report of servers that are away: the request was not sent, the server did not respond (1.5.1).
const AWAY: [ErrorCode; 2] = [ErrorCode(425), ErrorCode(427)];

impl Tolerance {
    /// Of nothing, until more is said.
    pub fn new() -> Tolerance {
        Tolerance::default()
    }

    /// Enough servers are this share of those that were asked, from 0 to 1; what brokers report of the absent ones (425 and
    /// 427) is let pass with it.
    #[must_use]
    pub fn servers(mut self, share: f64) -> Tolerance {
        self.servers = Some(share);
        self
    }

    /// Exceptions of these codes are let pass where there are rows beside them.
    #[must_use]
    pub fn codes(mut self, codes: impl IntoIterator<Item = ErrorCode>) -> Tolerance {
        self.codes.extend(codes);
        self
    }

    /// Which of the reasons are more than may be missing.
    pub(crate) fn exceeded(&self, summary: &Summary) -> Vec<Incomplete> {
        let reasons = summary.incompleteness();
        let enough = self.enough_servers(&reasons);
        let passes = |code: &ErrorCode| self.codes.contains(code) || (enough && AWAY.contains(code));
        let too_much = |reason: &Incomplete| match reason {
            Incomplete::Exceptions(codes) => !codes.iter().all(passes),
            // It repeats what codes say.
            Incomplete::Segments => !summary.exceptions.iter().all(|exception| passes(&exception.code)),
            Incomplete::Servers { .. } => !enough,
            _ => true,
        };
        reasons.into_iter().filter(too_much).collect()
    }

    fn enough_servers(&self, reasons: &[Incomplete]) -> bool {
        let Some(share) = self.servers else { return false };
        reasons.iter().all(|reason| match reason {
            // Counts of servers, far below where a double is inexact.
            Incomplete::Servers { queried, responded } => *responded as f64 >= share * *queried as f64,
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use querent_protocol::pinot::summary::Exception;

    use super::*;

    fn answer(codes: &[i32], queried: i64, responded: i64) -> Summary {
        let exception = |code: &i32| Exception { code: ErrorCode(*code), message: String::new() };
        let mut summary = Summary { has_result_table: true, ..Summary::default() };
        summary.exceptions = codes.iter().map(exception).collect();
        summary.statistics.num_servers_queried = Some(queried);
        summary.statistics.num_servers_responded = Some(responded);
        summary
    }

    #[test]
    fn what_is_named_passes_and_nothing_else() {
        let half = Tolerance::new().servers(0.5);
        let of = |tolerance: &Tolerance, summary: &Summary| tolerance.exceeded(summary).len();
        assert_eq!(of(&Tolerance::new(), &answer(&[], 2, 2)), 0);
        assert_eq!(of(&Tolerance::new(), &answer(&[427], 2, 1)), 2);
        assert_eq!(of(&half, &answer(&[427, 425], 2, 1)), 0);
        // Fewer than the share: their codes do not pass either.
        assert_eq!(of(&half, &answer(&[427], 3, 1)), 2);
        assert_eq!(of(&Tolerance::new().servers(0.0), &answer(&[427], 3, 0)), 0);
        assert_eq!(of(&half, &answer(&[305], 2, 2)), 2);
        let segments = Tolerance::new().codes([ErrorCode(305)]);
        assert_eq!(of(&segments, &answer(&[305], 2, 2)), 0);
        assert_eq!(of(&segments, &answer(&[305, 200], 2, 2)), 2);
        assert_eq!(of(&segments, &answer(&[305], 2, 1)), 1);
        let mut trimmed = answer(&[427], 2, 1);
        trimmed.statistics.groups_trimmed = true;
        assert_eq!(half.exceeded(&trimmed), [Incomplete::GroupsTrimmed]);
        assert_eq!(Tolerance::new().servers(f64::NAN).exceeded(&answer(&[], 2, 1)).len(), 1);
    }
}
