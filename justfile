# Recipes for https://just.systems. Each is a plain command that works without just too.

# List the recipes
default:
    @just --list

# Run all that CI runs
ready:
    .ci/run

# Run the tests and the documentation's examples
test:
    cargo test --all-targets && cargo test --doc

# Run clippy; warnings are errors
lint:
    cargo clippy --all-targets --locked -- -D warnings

# Format the code
fmt:
    cargo fmt --all

# Measure the passes of the engine, in memory: just bench whole_scan
bench *arguments:
    cargo bench --bench scan -- {{ arguments }}

# Measure whole runs over a tree beside ripgrep
compare *tree:
    benches/compare.sh {{ tree }}

# Review changed inline snapshots; needs cargo-insta
insta:
    cargo insta test --review

# Check licences, sources and advisories of the dependencies; needs cargo-deny
deny:
    cargo deny check
