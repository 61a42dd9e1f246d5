//! What the checks of a validation have in common: in evidence, one at a time can be left out.

#[cfg(not(feature = "take_out"))]
pub use kept::holds;
#[cfg(feature = "take_out")]
pub use taken_out::{holds, take_out};

#[cfg(not(feature = "take_out"))]
mod kept {
    /// Whether a check passes: its condition holds.
    #[inline(always)]
    pub fn holds(condition: bool, _: &str) -> bool {
        condition
    }
}

/// For the recorder: what a block that only one check refuses would be without it.
#[cfg(feature = "take_out")]
mod taken_out {
    use alloc::string::String;

    use revm::primitives::OnceLock;

    static TAKEN_OUT: OnceLock<String> = OnceLock::new();

    /// From now on the check that fails with this text passes. Only the first call has an effect.
    pub fn take_out(check: &str) {
        let _ = TAKEN_OUT.set(check.into());
    }

    /// Whether a check passes: its condition holds, or it was taken out.
    pub fn holds(condition: bool, check: &str) -> bool {
        condition || TAKEN_OUT.get().is_some_and(|taken_out| taken_out == check)
    }
}
