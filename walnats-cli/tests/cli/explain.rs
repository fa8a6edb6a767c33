//! `walnats explain`

use walnats_codegen::codes;

use crate::program::{Ran, walnats};

/// Where there is no package: none is needed.
fn explain(arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    walnats(folder.path(), &[&["explain"], arguments].concat())
}

#[test]
fn a_code_is_explained_with_its_page() {
    let shown = explain(&["WN0845"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    assert_eq!(
        shown.stdout,
        r#"WN0845 uid-changed

The deduplication id of an event is made in another way: old and new emitters store an occurrence twice.

How to fix it: Keep the template; or change it when no emit is repeated across the change, and accept the break.
Level: deny; `uid-changed = "..."` in `[lints]` of walnats.toml sets deny, warn or allow
Specification: https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication

A stream drops a message whose id it has seen within its `duplicate_window` (2 minutes unless set).
The template `uid` makes that id from the event's fields. With another template the same occurrence
has another id. If an old emitter and a new one send it, or one program before and after its update,
both are stored.

```text
old:     "uid": "{order_id}"
new:     "uid": "placed-{order_id}"
```

- Keep the template.
- In steps: stop the old emitters; wait until their buffers and outboxes are empty, and for the
  duplicate window; start the new ones; accept the break.
- If readers themselves recognise repeats by the id, they need to know both forms, or a new event.
- `walnats accept` is right if no occurrence is emitted on both sides of the change.

Removing the template is reported: ids are then random, and a repeated emit is stored twice. Adding
one to an event without is not, because random ids never recognised anything. `mode` and
`unknown_members` change nothing.
"#
    );
}

#[test]
fn a_code_without_a_page_has_its_row_and_an_example() {
    let shown = explain(&["WN0424"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    assert_eq!(
        shown.stdout,
        "WN0424 stream-without-events\n\n\
         A stream of `walnats.toml` that no event names, that lists no subjects and copies no stream.\n\n\
         How to fix it: Correct its name, or remove it.\nLevel: error; no setting changes that\n\n\
         ```diff\n@@ walnats.toml @@\n-[streams.user]\n+[streams.users]\n retention = \"interest\"\n```\n"
    );
    let other = explain(&["wn0790"]);
    assert!(other.code == 0 && other.stdout.starts_with("WN0790\n"), "{}{}", other.stdout, other.stderr);
}

#[test]
fn codes_and_names_are_found_in_any_case() {
    for code in codes::all() {
        let shown = explain(&[code.id]);
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{}", code.id);
        assert!(shown.stdout.starts_with(&format!("{} {}\n\n{}\n", code.id, code.slug, code.summary)), "{}", code.id);
        assert!(code.reference.is_none_or(|url| shown.stdout.contains(url)), "{}", code.id);
        // Those that are not about files alone have none.
        let has_example = shown.stdout.contains("\n```diff\n") || shown.stdout.contains("\n```text\n");
        assert_eq!(has_example, !["WN0112", "WN1108", "WN1301"].contains(&code.id), "{}", code.id);
    }
    let one = explain(&["WN0801"]).stdout;
    for same in ["wn0801", "Wn0801", "narrowed", "NARROWED", " WN0801 "] {
        assert_eq!(explain(&[same]).stdout, one, "{same}");
    }
}

#[test]
fn an_unknown_code_could_not_be_explained() {
    let asked = |code: &str| {
        let shown = explain(&[code]);
        assert_eq!((shown.code, shown.stdout.as_str()), (2, ""), "{code}");
        shown.stderr
    };
    for (unknown, near) in
        [("narowed", "narrowed"), ("type_changed", "type-changed"), ("WM0801", "WN0801"), ("0801", "WN0801")]
    {
        assert_eq!(
            asked(unknown),
            format!("error: there is no code `{unknown}`; did you mean `{near}`?\ncould not run\n")
        );
    }
    for unknown in ["a3f8c21b9d04", ""] {
        assert_eq!(
            asked(unknown),
            format!("error: there is no code `{unknown}`; `walnats explain` lists all codes\ncould not run\n")
        );
    }
    assert_eq!(explain(&["WN0801", "WN0802"]).code, 2);
}

#[test]
fn without_a_code_all_are_listed() {
    let shown = explain(&[]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    let rows = shown.stdout.lines().filter(|line| line.starts_with("  WN"));
    assert!(rows.map(|row| row.split_whitespace().next().unwrap()).eq(codes::all().map(|code| code.id)));
    assert!(shown.stdout.starts_with("Reading files\n  WN01"), "{}", shown.stdout);
    let last = shown.stdout.split("\n\n").find(|table| table.starts_with("Changes that hurt")).unwrap();
    let squeezed: Vec<String> =
        last.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        squeezed[..3],
        ["Changes that hurt a reader (`walnats breaking` only)", "WN0801 narrowed deny", "WN0802 type-changed deny"]
    );
    assert_eq!(squeezed.last().unwrap(), "WN0893 acceptance-wrong error");
    let columns = last.lines().skip(1).filter_map(|line| line.rfind(' ')).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(columns.len(), 1, "levels stand in a column: {last}");
}

#[test]
fn rules_of_buf_have_bufs_ids_too() {
    for id in ["FIELD_LOWER_SNAKE_CASE", "field_lower_snake_case", "WN0915", "field-lower-snake-case"] {
        let shown = explain(&[id]);
        assert_eq!(shown.code, 0, "{}", shown.stderr);
        assert!(shown.stdout.starts_with("WN0915 field-lower-snake-case\n"), "{}", shown.stdout);
    }
    for code in codes::protobuf_style() {
        let id = code.slug.replace('-', "_").to_uppercase();
        assert!(explain(&[&id]).stdout.starts_with(code.id), "{id}");
    }
    for rule in walnats_compat::protobuf::rules() {
        let shown = explain(&[rule.id]);
        assert!(shown.code == 0 && shown.stdout.starts_with(rule.id), "{}: {}{}", rule.id, shown.stdout, shown.stderr);
        assert!(shown.stdout.contains("WN0823"), "{}", shown.stdout);
    }
    let shown = explain(&["FIELD_LOWER_SNAKE_CAS"]);
    assert_eq!(shown.code, 2);
    assert!(shown.stderr.contains("did you mean `FIELD_LOWER_SNAKE_CASE`?"), "{}", shown.stderr);
}
