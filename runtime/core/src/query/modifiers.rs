//! What can be said of a call before it runs, whatever it gives.

/// The modifiers that [`Query`](super::Query) and [`Commands`](super::Commands) have in common.
macro_rules! modifiers {
    () => {
        /// The longest that the whole call may take, waiting for a connection included. Then it fails with
        /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), or [`Ambiguous`](crate::ErrorKind::Ambiguous) where a
        /// statement that may write was sent already.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.raw.call.timeout = Some(timeout);
            self
        }

        /// Refuses the statement before it is sent if it could write.
        pub fn read_only(mut self) -> Self {
            self.raw.call.read_only = true;
            self
        }

        /// A tag for the server's log, where the protocol has one, and for our traces.
        pub fn tag(mut self, tag: &'q str) -> Self {
            self.raw.call.tag = Some(tag);
            self
        }

        /// The modifiers of this call, for the extension traits of drivers.
        #[doc(hidden)]
        pub fn call_mut(&mut self) -> &mut crate::backend::Call<'q, S::Backend> {
            &mut self.raw.call
        }
    };
}
