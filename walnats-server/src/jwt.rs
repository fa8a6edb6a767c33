//! Accounts and users of an operator, by [JWT](https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt),
//! as an operator signs them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Map, Value, json};

use crate::escape::quote;

/// An operator and its accounts, for servers with the memory resolver; see
/// [`Builder::operator`](crate::Builder::operator).
///
/// ```no_run
/// use walnats_server::{Claims, NatsServer, Operator};
///
/// let mut operator = Operator::new()?;
/// let shop = operator.account("SHOP", Claims::default().jetstream())?;
/// let server = NatsServer::builder().operator(&operator).start()?;
/// let credentials = shop.user("clerk", Claims::default().payload(2048))?;
/// std::fs::write("clerk.creds", credentials)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Operator {
    seed: String,
    jwt: String,
    /// The public key of the system account, which JetStream needs.
    system: String,
    /// The public key and JWT of each account.
    accounts: Vec<(String, String)>,
}

/// An account that can sign users.
#[derive(Clone)]
pub struct OperatorAccount {
    public_key: String,
    seed: String,
}

/// What a JWT permits an account or user. Default: everything except JetStream, without expiry.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    limits: Map<String, Value>,
    more: Map<String, Value>,
    expires_in: Option<Duration>,
}

/// A key could not be created or could not sign.
#[derive(Debug, thiserror::Error)]
#[error("cannot sign a JWT")]
pub struct JwtError(#[from] nkeys::error::Error);

impl Operator {
    /// An operator with a system account.
    ///
    /// # Errors
    ///
    /// A key cannot be created.
    pub fn new() -> Result<Self, JwtError> {
        let key = KeyPair::new_operator();
        let operator = Claims::default().signed("operator", "walnats", &key.public_key(), &key, json!({}))?;
        let (seed, system) = (key.seed()?, KeyPair::new_account().public_key());
        let mut operator = Self { seed, jwt: operator, system: system.clone(), accounts: Vec::new() };
        operator.add("SYS", system, &Claims::default())?;
        Ok(operator)
    }

    /// Adds an account.
    ///
    /// # Errors
    ///
    /// Its JWT cannot be signed.
    pub fn account(&mut self, name: &str, claims: Claims) -> Result<OperatorAccount, JwtError> {
        let key = KeyPair::new_account();
        let account = OperatorAccount { public_key: key.public_key(), seed: key.seed()? };
        self.add(name, key.public_key(), &claims)?;
        Ok(account)
    }

    /// Signs an account again with other claims, such as `revocations`. Returns the old and the new JWT. A running server
    /// applies the new one once it replaces the old one in the configuration, and that is reloaded.
    ///
    /// # Errors
    ///
    /// Its JWT cannot be signed.
    pub fn renew(
        &mut self,
        account: &OperatorAccount,
        name: &str,
        claims: Claims,
    ) -> Result<(String, String), JwtError> {
        let mut of_account = self.accounts.iter().filter(|(key, _)| *key == account.public_key);
        let before = of_account.next().map(|(_, jwt)| jwt.clone()).unwrap_or_default();
        self.accounts.retain(|(key, _)| *key != account.public_key);
        self.add(name, account.public_key.clone(), &claims)?;
        let after = self.accounts.last().map(|(_, jwt)| jwt.clone()).unwrap_or_default();
        Ok((before, after))
    }

    fn add(&mut self, name: &str, public_key: String, claims: &Claims) -> Result<(), JwtError> {
        let unlimited = ["subs", "data", "payload", "imports", "exports", "conn", "leaf"].map(|name| (name, json!(-1)));
        let mut limits: Map<String, Value> =
            unlimited.into_iter().map(|(name, limit)| (name.to_owned(), limit)).collect();
        limits.insert("wildcards".to_owned(), json!(true));
        limits.extend(claims.limits.clone());
        let nats = json!({ "limits": limits, "default_permissions": { "pub": {}, "sub": {} } });
        let jwt = claims.signed("account", name, &public_key, &KeyPair::from_seed(&self.seed)?, nats)?;
        self.accounts.push((public_key, jwt));
        Ok(())
    }

    /// The lines for the configuration of a server.
    pub(crate) fn text(&self) -> String {
        let accounts: Vec<String> = self.accounts.iter().map(|(key, jwt)| format!("{key}: {}", quote(jwt))).collect();
        format!(
            "operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload {{\n{}\n}}",
            quote(&self.jwt),
            self.system,
            accounts.join("\n")
        )
    }
}

impl OperatorAccount {
    /// The account's public key.
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// Creates a user, and returns its credentials as the text of a `.creds` file. Servers need no update.
    ///
    /// # Errors
    ///
    /// The JWT cannot be signed.
    pub fn user(&self, name: &str, claims: Claims) -> Result<String, JwtError> {
        let user = KeyPair::new_user();
        let mut nats = json!({ "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {} });
        merge(&mut nats, &Value::Object(claims.limits.clone()));
        let jwt = claims.signed("user", name, &user.public_key(), &KeyPair::from_seed(&self.seed)?, nats)?;
        let seed = user.seed()?;
        Ok(format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        ))
    }
}

impl Claims {
    /// Enables JetStream for an account, without limits.
    #[must_use]
    pub fn jetstream(self) -> Self {
        ["mem_storage", "disk_storage", "streams", "consumer"]
            .into_iter()
            .fold(self, |claims, name| claims.limit(name, -1))
    }

    /// The maximum payload, in bytes. The server closes connections that exceed it.
    #[must_use]
    pub fn payload(self, bytes: i64) -> Self {
        self.limit("payload", bytes)
    }

    /// Sets any limit by its name in the JWT, such as `conn` or `subs`; -1 means unlimited.
    #[must_use]
    pub fn limit(mut self, name: &str, limit: i64) -> Self {
        self.limits.insert(name.to_owned(), limit.into());
        self
    }

    /// How long it is valid after it is signed, in whole seconds.
    #[must_use]
    pub fn expires_in(mut self, duration: Duration) -> Self {
        self.expires_in = Some(duration);
        self
    }

    /// Sets anything under `nats` in the JWT, such as `{"pub": {"allow": ["notes.>"]}}` or an account's `exports`.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    fn signed(&self, kind: &str, name: &str, key: &str, issuer: &KeyPair, mut nats: Value) -> Result<String, JwtError> {
        merge(&mut nats, &Value::Object(self.more.clone()));
        merge(&mut nats, &json!({ "type": kind, "version": 2 }));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = json!({
            "jti": format!("{name}-{key}"), "iat": now, "iss": issuer.public_key(), "name": name, "sub": key, "nats": nats,
        });
        if let Some(duration) = self.expires_in {
            claims["exp"] = (now + duration.as_secs()).into();
        }
        let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let text = format!("{}.{}", encode(r#"{"typ":"JWT","alg":"ed25519-nkey"}"#), encode(&claims.to_string()));
        let signature = issuer.sign(text.as_bytes())?;
        Ok(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Merges `source` into `target`, object by object.
fn merge(target: &mut Value, source: &Value) {
    match (target, source) {
        (Value::Object(target), Value::Object(source)) => {
            for (name, value) in source {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, source) => *target = source.clone(),
    }
}

/// Hides keys and JWTs.
impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("accounts", &self.accounts.len()).finish_non_exhaustive()
    }
}

/// Hides the signing key.
impl fmt::Debug for OperatorAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorAccount").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}
