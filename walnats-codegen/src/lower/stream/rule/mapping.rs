//! Subjects that are mapped to others: `subject_transform`, `republish` and the transforms of copies.

use walnats_subject::overlap;

use super::{Fault, Sections};
use crate::diagnostic::did_you_mean;
use crate::lower::filter::{self, Problem};
use crate::model::Stream;
use crate::settings::Mapping;

/// The functions of NATS in a destination, in lower case.
const FUNCTIONS: [&str; 10] = [
    "wildcard",
    "partition",
    "split",
    "splitfromleft",
    "splitfromright",
    "slicefromleft",
    "slicefromright",
    "left",
    "right",
    "random",
];

pub(super) fn faults(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let own = at.own;
    let transform = own.subject_transform.iter().map(|Mapping { src, dest }| ("subject_transform", src, dest));
    let republish = own.republish.iter().map(|republish| ("republish", &republish.src, &republish.dest));
    let origins = own.mirror.iter().map(|mirror| ("mirror", mirror));
    let origins = origins.chain(own.sources.iter().map(|source| ("sources", source)));
    let of_origins = origins.flat_map(|(key, origin)| {
        origin.subject_transforms.iter().map(move |mapping| (key, &mapping.src, &mapping.dest))
    });
    let faults = transform.chain(republish).chain(of_origins).filter_map(|(key, src, dest)| {
        let Problem { code, message, help } = problem(src, dest)?;
        Some(Fault { code, key, message: format!("`{key}` has {message}"), help })
    });
    faults.chain(cycle(stream, at)).collect()
}

/// Copies that the stream would store, and publish again.
fn cycle(stream: &Stream, at: &Sections) -> Option<Fault> {
    let copies = as_filter(&at.own.republish.as_ref()?.dest);
    let subject = stream.subjects.iter().find(|subject| overlap(subject, &copies))?;
    Some(Fault {
        code: "WN0486",
        key: "republish",
        message: format!("`republish` goes round: the stream stores the copies, too, by its subject `{subject}`"),
        help: "publish the copies on subjects that the stream does not store",
    })
}

/// What is wrong with a mapping of subjects, if anything is.
fn problem(src: &str, dest: &str) -> Option<Problem> {
    const LIKE: &str = "write `dest` like `copies.>` for a `src` like `orders.>`";
    const WILDCARD: &str = "write `dest` like `copies.{{wildcard(1)}}` for a `src` like `orders.*`";
    let of_dest =
        |code, message: &str, help| Some(Problem { code, message: format!("a `dest` of `{dest}`: {message}"), help });
    if let Some(problem) = filter::problem(src) {
        return Some(Problem { message: format!("a `src` of `{src}`: {}", problem.message), ..problem });
    }
    // White space separates the arguments of a function.
    let literal = |token: &'_ str| if token.starts_with("{{") { String::new() } else { token.to_owned() };
    let token_problem = |token: &str| filter::token_problem(token, literal(token).chars(), false);
    if let Some(Problem { code, message, help }) = dest.split('.').find_map(token_problem) {
        return of_dest(code, &message, help);
    }
    if dest.split('.').any(|token| token == "*") {
        return of_dest("WN0482", "a `*` there stands for nothing", WILDCARD);
    }
    let ends = |subject: &str| subject == ">" || subject.ends_with(".>");
    if ends(src) != ends(dest) {
        let message = format!("a `src` of `{src}` and a `dest` of `{dest}`: both end with `>`, or neither");
        return Some(Problem { code: "WN0483", message, help: LIKE });
    }
    let wildcards = src.split('.').filter(|token| *token == "*").count();
    if let Some(beyond) = dest.split('.').filter_map(wildcard_number).find(|number| !(1..=wildcards).contains(number)) {
        return of_dest("WN0484", &format!("`src` has no `*` number {beyond}"), WILDCARD);
    }
    let functions =
        dest.split("{{").skip(1).filter_map(|rest| Some(rest.split_once('(')?.0.trim().to_ascii_lowercase()));
    // Newer servers may know more than these: what is not nearly one of them passes.
    let misspelt = |name: &String| did_you_mean(name, FUNCTIONS.iter().copied()).filter(|near| near != name);
    let near = functions.filter(|name| !FUNCTIONS.contains(&name.as_str())).find_map(|name| misspelt(&name))?;
    of_dest("WN0485", &format!("did you mean the function `{near}`?"), WILDCARD)
}

/// Which `*` of the source stands in a token of a destination: `$2`, or `{{wildcard(2)}}`.
fn wildcard_number(token: &str) -> Option<usize> {
    let number = token
        .strip_prefix('$')
        .or_else(|| token.strip_prefix("{{")?.strip_suffix("}}")?.trim().strip_prefix("wildcard(")?.strip_suffix(')'));
    number?.trim().parse().ok()
}

/// Every subject that a destination can be.
fn as_filter(dest: &str) -> String {
    let token = |token: &str| if token.starts_with(['$', '{']) { "*".to_owned() } else { token.to_owned() };
    dest.split('.').map(token).collect::<Vec<_>>().join(".")
}
