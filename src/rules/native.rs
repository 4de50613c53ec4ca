//! Names of checks in code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A check in code. Each name is bound to one function in `detect::secrets::native` or `detect::facts::native`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Native {
    /// PEM and OpenSSH private keys without a passphrase.
    #[serde(rename = "pem-private-key")]
    PemPrivateKey,
    /// Private keys of any format under a passphrase.
    #[serde(rename = "encrypted-private-key")]
    EncryptedPrivateKey,
    /// PGP private keys; whether a passphrase protects them shows only after parsing packets.
    #[serde(rename = "pgp-private-key")]
    PgpPrivateKey,
    /// PuTTY key files without a passphrase.
    #[serde(rename = "putty-private-key")]
    PuttyPrivateKey,
    /// A password in the authority part of a URL.
    #[serde(rename = "url-password")]
    UrlPassword,
    /// A password in a connection string of key and value pairs.
    #[serde(rename = "connection-string-password")]
    ConnectionStringPassword,
    /// A literal assigned to a password-like name.
    #[serde(rename = "assigned-password")]
    AssignedPassword,
    /// A common password that configures an account.
    #[serde(rename = "weak-password")]
    WeakPassword,
    /// A literal assigned to a key-, token- or secret-like name.
    #[serde(rename = "assigned-key")]
    AssignedKey,
    /// A literal that something with a credential-like name is compared with.
    #[serde(rename = "compared-credential")]
    ComparedCredential,
    /// An image of a release that gets no more updates.
    #[serde(rename = "base-image-eol")]
    BaseImageEol,
    /// A base image from a registry or namespace that nobody should trust.
    #[serde(rename = "base-image-untrusted-registry")]
    BaseImageUntrustedRegistry,
    /// An image of a version with a published hole.
    #[serde(rename = "image-known-vulnerable")]
    ImageKnownVulnerable,
    /// An image that is run from a registry or namespace that nobody should trust.
    #[serde(rename = "image-untrusted-registry")]
    ImageUntrustedRegistry,
    /// A Jenkins with a published hole.
    #[serde(rename = "jenkins-outdated")]
    JenkinsOutdated,
}
