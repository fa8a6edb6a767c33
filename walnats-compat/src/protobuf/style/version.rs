//! Versions at the end of package names: `shop.v1`, `shop.v1beta2`, `shop.v2p1alpha3`, `shop.v1testfoo`.

/// Whether the version of a package may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    Stable,
    Unstable,
}

/// The stability that the last component of `package` stands for; `None` if it is not a version.
pub fn stability(package: &str) -> Option<Stability> {
    let (_, last) = package.rsplit_once('.')?;
    let version = last.strip_prefix('v')?;
    if let Some((major, _)) = version.split_once("test") {
        return is_positive(major).then_some(Stability::Unstable);
    }
    let (release, number) = match (version.split_once("alpha"), version.split_once("beta")) {
        (None, None) => return is_positive(version).then_some(Stability::Stable),
        (Some(parts), None) | (None, Some(parts)) => parts,
        (Some(_), Some(_)) => return None,
    };
    let (major, patch) = release.split_once('p').map_or((release, None), |(major, patch)| (major, Some(patch)));
    let is_version = is_positive(major) && patch.is_none_or(is_positive) && (number.is_empty() || is_positive(number));
    is_version.then_some(Stability::Unstable)
}

fn is_positive(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<i32>().is_ok_and(|number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::{Stability, stability};

    #[test]
    fn versions_are_recognised() {
        for package in ["a.v1", "a.b.v20"] {
            assert_eq!(stability(package), Some(Stability::Stable), "{package}");
        }
        for package in ["a.v1alpha", "a.v1beta2", "a.v2p1alpha3", "a.v1p1beta", "a.v1test", "a.v1testfoo"] {
            assert_eq!(stability(package), Some(Stability::Unstable), "{package}");
        }
        for package in ["", "v1", "a", "a.v", "a.v0", "a.v1p1", "a.v1beta0", "a.vbeta1", "a.v1alphabeta", "a.v1x"] {
            assert_eq!(stability(package), None, "{package}");
        }
    }
}
