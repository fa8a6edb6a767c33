//! Values of members that may be `null`.

/// Values for a member that may be `null`: the value itself, or an `Option` of it, whose `None` means `null`.
///
/// ```
/// use walnats_runtime::IntoNullable;
///
/// fn nickname(value: impl IntoNullable<String>) -> Option<String> {
///     value.into_nullable()
/// }
/// assert_eq!(nickname("bob"), Some("bob".to_owned()));
/// assert_eq!(nickname(Some("bob".to_owned())), Some("bob".to_owned()));
/// assert_eq!(nickname(None), None);
/// ```
pub trait IntoNullable<T> {
    /// The value, or `None` for `null`.
    fn into_nullable(self) -> Option<T>;
}

impl<T> IntoNullable<T> for T {
    fn into_nullable(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoNullable<T> for Option<T> {
    fn into_nullable(self) -> Option<T> {
        self
    }
}

impl IntoNullable<String> for &str {
    fn into_nullable(self) -> Option<String> {
        Some(self.to_owned())
    }
}
