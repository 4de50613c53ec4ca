//! The closed scales a rule is rated on. Rules, options and reports all spell them the same way.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one spelling each, in order from least to most.
macro_rules! scale {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, least first.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The spelling in rules, options and reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}

scale! {
    /// How bad a finding is if it is true.
    Severity {
        /// Worth knowing; nothing to mend.
        Info = "info",
        /// Helps an attacker who is already inside.
        Low = "low",
        /// A weakness that needs a second one.
        Medium = "medium",
        /// Gives access to something of value.
        High = "high",
        /// Gives control.
        Critical = "critical",
    }
}

scale! {
    /// How sure a finding is true.
    Confidence {
        /// Something speaks against it; shown only when asked for.
        Low = "low",
        /// More likely true than not.
        Medium = "medium",
        /// Shape, place or checksum leave little doubt.
        High = "high",
    }
}

scale! {
    /// Which of the project's rules of conduct a check enforces.
    Theme {
        /// Request data that reaches something dangerous.
        UntrustedInput = "untrusted-input",
        /// A credential written into a file.
        HardcodedCredential = "hardcoded-credential",
        /// An administration interface without proper authentication.
        OpenConsole = "open-console",
        /// Something that runs, and nobody knows what it is.
        Provenance = "provenance",
        /// What makes a break-in worse.
        Isolation = "isolation",
    }
}

scale! {
    /// Which runs a rule belongs to.
    Profile {
        /// Every run: what an attacker would use.
        Default = "default",
        /// Runs that ask for it: what would make a break-in harder, and what nearly every manifest lacks.
        Hardening = "hardening",
    }
}
