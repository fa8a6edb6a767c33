//! Files with credentials.

use nkeys::KeyPair;

use super::{Credentials, Kind};

/// Reads a credentials file: a JWT, and a seed unless the JWT is a bearer token, each between two lines of dashes.
pub(super) fn creds(text: &str) -> Option<Credentials> {
    let mut blocks = blocks(text);
    let token = blocks.next().filter(|token| token.split('.').count() == 3)?.to_owned();
    let seed = blocks.next().map(str::to_owned);
    Some(Credentials(Kind::Jwt { token, seed }))
}

/// Reads a file with an nkey: the seed alone, among comments or between two lines of dashes.
pub(super) fn nkey(text: &str) -> Option<Credentials> {
    let seed = text.lines().map(str::trim).find(|line| line.starts_with('S') && KeyPair::from_seed(line).is_ok())?;
    Some(Credentials(Kind::Nkey { seed: seed.to_owned() }))
}

fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let is_dashes = |line: &str| line.starts_with("---") && line.ends_with("---");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut found = Vec::new();
    for three in lines.windows(3) {
        if let [before, content, after] = three
            && is_dashes(before)
            && is_dashes(after)
            && !is_dashes(content)
        {
            found.push(*content);
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_nsc_are_read() {
        let text = "-----BEGIN NATS USER JWT-----\r\na.b-_=.c\r\n------END NATS USER JWT------\r\n\r\n\
            ************************* IMPORTANT *************************\r\nNKEYs are secrets.\r\n\r\n\
            -----BEGIN USER NKEY SEED-----\r\nSUAIO3FHUX5PNV2LQIIP7TZ3N4L7TX3W53MQGEIVYFIGA635OZCKEYHFLM\r\n\
            ------END USER NKEY SEED------\r\n";
        let seed = "SUAIO3FHUX5PNV2LQIIP7TZ3N4L7TX3W53MQGEIVYFIGA635OZCKEYHFLM";
        assert_eq!(creds(text), Some(Credentials::jwt("a.b-_=.c", seed)));
        let bearer = "-----BEGIN NATS USER JWT-----\na.b.c\n------END NATS USER JWT------\n";
        assert_eq!(creds(bearer), Some(Credentials::bearer("a.b.c")));
        assert_eq!(nkey(&format!("# mine\n\n {seed} \n")), Some(Credentials::nkey(seed)));
        assert_eq!(nkey(text), Some(Credentials::nkey(seed)));
        for other in ["", "a.b.c", "-----\n-----\n-----\n", "-----BEGIN-----\nno token\n-----END-----", "{}"] {
            assert_eq!(creds(other), None, "{other}");
        }
        assert_eq!(nkey("Some text.\nSUSPICIOUS\n"), None);
    }
}
