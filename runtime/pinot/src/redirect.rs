//! Which redirects are followed: none, unless the URL of the cluster says how many, and never one to another host.
//!
//! A request holds credentials, headers of its caller's and the values of a query; all of it is meant for the host that the
//! URL or the controller named. reqwest takes `Authorization` and `Cookie` off on the way to another host, and nothing else.

use std::error::Error;
use std::fmt;

use reqwest::redirect::Policy;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    TooMany,
    Elsewhere,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::TooMany => "the server redirects more often than `redirects_max` of the URL allows",
            Refused::Elsewhere => {
                "the server redirects to another host, port or scheme, where nothing is sent: the URL must lead there itself"
            }
        })
    }
}

impl Error for Refused {}

/// The policy of a client that follows so many.
pub(crate) fn policy(redirects_max: usize) -> Policy {
    if redirects_max == 0 {
        return Policy::none();
    }
    Policy::custom(move |attempt| {
        // The first of them is the request itself.
        if attempt.previous().len() > redirects_max {
            return attempt.error(Refused::TooMany);
        }
        let same = attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
        if same { attempt.follow() } else { attempt.error(Refused::Elsewhere) }
    })
}

/// What was the trouble, where it was a redirect of ours that is not followed.
pub(crate) fn refused(error: &reqwest::Error) -> Option<Refused> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error| (*error).source())
        .find_map(|error| error.downcast_ref::<Refused>().copied())
}
