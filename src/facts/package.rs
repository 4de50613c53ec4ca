//! Packages that commands install.
