//! Names of the tables and of their database schema.

use std::borrow::Cow;

const OUTBOX: &str = "walnats_outbox";
const INBOX: &str = "walnats_inbox";
const MIGRATIONS: &str = "walnats_migrations";
/// The maximum length of a name on Postgres.
const MAX_BYTES: usize = 63;
/// The maximum length of a table name, which is the prefix of other names; the longest suffix is `_migrations`.
const MAX_TABLE_BYTES: usize = MAX_BYTES - "_migrations".len();
const OUTBOX_INDEXES: [&str; 4] = ["pending", "key", "parked", "sent"];
const INBOX_INDEXES: [&str; 1] = ["seen"];

/// The names of the tables of the outbox and the inbox and, on Postgres, their schema.
///
/// ```
/// # fn main() -> Result<(), walnats_outbox::TablesError> {
/// use walnats_outbox::{Tables, sql};
///
/// let tables = Tables::new().schema("billing").outbox("events_out").inbox("events_in");
/// // For `Outbox::tables` and `Inbox::tables`, and for custom statements:
/// let enqueue = tables.apply(sql::postgres::ENQUEUE)?;
/// assert!(enqueue.contains(r#"INSERT INTO "billing"."events_out""#));
/// # Ok(())
/// # }
/// ```
///
/// A name consists of ASCII letters, digits and `_`, and does not begin with a digit; at most 63 bytes for a schema and 52 for a
/// table. Names are quoted, so they are case-sensitive and may be reserved words. Indexes are named after their table, and so is
/// the table of applied migrations (`events_out_migrations`): each outbox is migrated separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    schema: Option<String>,
    outbox: String,
    inbox: String,
}

impl Tables {
    /// `walnats_outbox` and `walnats_inbox`, in the connection's default schema.
    pub fn new() -> Self {
        Self { schema: None, outbox: OUTBOX.to_owned(), inbox: INBOX.to_owned() }
    }

    /// The schema of all tables; Postgres only. [`Outbox::migrate`](crate::Outbox::migrate) creates it. Default: the first in
    /// the connection's `search_path`.
    #[must_use]
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = Some(name.into());
        self
    }

    /// The table of the outbox. Default: `walnats_outbox`.
    #[must_use]
    pub fn outbox(mut self, name: impl Into<String>) -> Self {
        self.outbox = name.into();
        self
    }

    /// The table of the inbox. Default: `walnats_inbox`.
    #[must_use]
    pub fn inbox(mut self, name: impl Into<String>) -> Self {
        self.inbox = name.into();
        self
    }

    /// A statement or migration of [`sql`](crate::sql) with these names.
    ///
    /// # Errors
    ///
    /// A name is invalid.
    pub fn apply(&self, sql: &'static str) -> Result<Cow<'static, str>, TablesError> {
        self.check()?;
        Ok(self.render(sql))
    }

    /// The schema, quoted.
    pub(crate) fn quoted_schema(&self) -> Option<String> {
        self.schema.as_deref().map(quoted)
    }

    /// The schema's name.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn schema_name(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// Validates the names. Valid names contain no quotes.
    pub(crate) fn check(&self) -> Result<(), TablesError> {
        if let Some(schema) = &self.schema {
            check_name(schema, MAX_BYTES)?;
        }
        check_name(&self.outbox, MAX_TABLE_BYTES)?;
        check_name(&self.inbox, MAX_TABLE_BYTES)?;
        let mut names = vec![self.outbox.clone(), self.inbox.clone(), self.migrations()];
        names.extend(OUTBOX_INDEXES.iter().map(|index| format!("{}_{index}", self.outbox)));
        names.extend(INBOX_INDEXES.iter().map(|index| format!("{}_{index}", self.inbox)));
        names.iter_mut().for_each(|name| name.make_ascii_lowercase());
        names.sort();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TablesError::Clash(pair[0].clone())),
            None => Ok(()),
        }
    }

    /// Replaces the default names in a statement. The names must have been validated.
    pub(crate) fn render(&self, sql: &'static str) -> Cow<'static, str> {
        if *self == Self::new() {
            return sql.into();
        }
        let mut text = String::with_capacity(sql.len() + 64);
        let mut rest = sql;
        while let Some(at) = rest.find("walnats_") {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (before, from) = rest.split_at(at);
            let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
            text.push_str(before);
            match self.name(word) {
                Some(Name::Table(table)) => {
                    // A column is qualified by its table only.
                    if let Some(schema) = self.quoted_schema().filter(|_| !after.starts_with('.')) {
                        text.push_str(&schema);
                        text.push('.');
                    }
                    text.push_str(&quoted(&table));
                }
                // An index is in its table's schema.
                Some(Name::Index(index)) => text.push_str(&quoted(&index)),
                None => text.push_str(word),
            }
            rest = after;
        }
        text.push_str(rest);
        text.into()
    }

    /// The replacement for a default name.
    fn name(&self, usual: &str) -> Option<Name> {
        let index = |usual_table: &str, indexes: &[&str], table: &str| {
            let index = usual.strip_prefix(usual_table)?.strip_prefix('_')?;
            indexes.contains(&index).then(|| Name::Index(format!("{table}_{index}")))
        };
        match usual {
            OUTBOX => Some(Name::Table(self.outbox.clone())),
            INBOX => Some(Name::Table(self.inbox.clone())),
            MIGRATIONS => Some(Name::Table(self.migrations())),
            _ => index(OUTBOX, &OUTBOX_INDEXES, &self.outbox).or_else(|| index(INBOX, &INBOX_INDEXES, &self.inbox)),
        }
    }

    fn migrations(&self) -> String {
        if self.outbox == OUTBOX { MIGRATIONS.to_owned() } else { format!("{}_migrations", self.outbox) }
    }
}

impl Default for Tables {
    fn default() -> Self {
        Self::new()
    }
}

enum Name {
    Table(String),
    Index(String),
}

/// An invalid name of a table or schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// A name is empty, begins with a digit, or has characters other than ASCII letters, digits and `_`.
    #[error("`{}` cannot be the name of a table or schema: use ASCII letters, digits and `_`, and no leading digit", .0.escape_debug())]
    Name(String),
    /// A name exceeds the limit.
    #[error("the name of a table or schema is {bytes} bytes long, the limit is {limit}")]
    TooLong {
        /// Bytes.
        bytes: usize,
        /// Bytes.
        limit: usize,
    },
    /// Two tables, or a table and an index, would have this name.
    #[error("two tables, or a table and an index, would be called `{0}`")]
    Clash(String),
    /// SQLite has no schemas.
    #[error("SQLite has no schemas: remove the schema, or use other table names")]
    NoSchemas,
}

fn check_name(name: &str, limit: usize) -> Result<(), TablesError> {
    if name.len() > limit {
        return Err(TablesError::TooLong { bytes: name.len(), limit });
    }
    let is_sound = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_sound { Ok(()) } else { Err(TablesError::Name(name.to_owned())) }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_names_leave_a_statement_unchanged() {
        for sql in [crate::sql::postgres::ENQUEUE, crate::sql::sqlite::ENQUEUE] {
            assert!(matches!(Tables::new().apply(sql), Ok(Cow::Borrowed(same)) if same == sql));
        }
    }

    #[test]
    fn names_are_replaced_everywhere() {
        let tables = Tables::new().schema("s").outbox("out").inbox("in");
        let sql = "SELECT walnats_outbox.id FROM walnats_outbox, walnats_inbox, walnats_migrations, walnats_other \
                   INDEXED BY walnats_outbox_pending -- walnats-outbox 1";
        let expected = "SELECT \"out\".id FROM \"s\".\"out\", \"s\".\"in\", \"s\".\"out_migrations\", walnats_other \
                        INDEXED BY \"out_pending\" -- walnats-outbox 1";
        assert_eq!(tables.apply(sql).as_deref(), Ok(expected));
        for migration in crate::sql::postgres::MIGRATIONS.iter().chain(crate::sql::sqlite::MIGRATIONS) {
            let sql = tables.apply(migration.sql).expect("sound names");
            assert!(!sql.contains("walnats_"), "{sql}");
        }
    }

    #[test]
    fn names_are_identifiers() {
        let named = |name: &str| Tables::new().outbox(name).check();
        assert_eq!(named("Events_2"), Ok(()));
        assert_eq!(named(&"x".repeat(52)), Ok(()));
        for wrong in ["", "2x", "a b", "a\"b", "a.b", "ä", "a;--", "a\0"] {
            assert_eq!(named(wrong), Err(TablesError::Name(wrong.to_owned())), "{wrong:?}");
            assert!(Tables::new().inbox(wrong).check().is_err() && Tables::new().schema(wrong).check().is_err());
        }
        assert_eq!(named(&"x".repeat(53)), Err(TablesError::TooLong { bytes: 53, limit: 52 }));
        assert_eq!(Tables::new().outbox("a").inbox("A").check(), Err(TablesError::Clash("a".into())));
        assert_eq!(Tables::new().outbox("a").inbox("a_pending").check(), Err(TablesError::Clash("a_pending".into())));
        assert_eq!(Tables::new().outbox("walnats_migrations").check(), Ok(()));
        assert!(Tables::new().inbox("walnats_migrations").check().is_err());
    }
}
