//! What became of one message, by the log of the mail server that sent it.

/// The fate of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// "sent", "deferred" or "bounced".
    pub status: String,
    /// Of the session it went out over: "Verified", "Trusted", "Untrusted" or "Anonymous"; none in clear.
    pub trust: Option<String>,
    /// The host it was last connected to, or "none".
    pub relay: String,
    /// Enhanced status code and words.
    pub why: String,
}
