//! What package managers are told to install.

use crate::facts::Builder;
use crate::facts::{Facts, shell};
use crate::model::{Attribute, FactKind, ManifestKind};

/// The packages of a command, as `manager name version`.
fn packages(text: &str) -> Vec<String> {
    let mut builder = Builder::new(ManifestKind::Shell, text, text);
    shell::read(&mut builder, Facts::FILE, text, 0);
    let facts = builder.finish();
    let told = |attribute| move |fact: &crate::facts::Fact<'_>| fact.get(attribute).unwrap_or("-").to_owned();
    let packages = facts.facts.iter().filter(|fact| fact.kind == FactKind::Package);
    let line = |fact| {
        format!("{} {} {}", told(Attribute::Manager)(fact), told(Attribute::Name)(fact), told(Attribute::Version)(fact))
    };
    packages.map(line).collect()
}

#[test]
fn distributions_packages() {
    assert_eq!(packages("apt-get -y install -o X=Y a b=1.2 ./c.deb"), ["apt a -", "apt b 1.2"]);
    assert_eq!(packages("apt-get install -y -t python"), ["apt python -"]);
    assert_eq!(packages("apk --no-cache add -t .build a 'b~=1' .build"), ["apk a -", "apk b 1"]);
    assert_eq!(
        packages("yum -y install httpd-2.24.2 java-11-openjdk x-$V"),
        ["yum httpd 2.24.2", "yum java-11-openjdk -", "yum x $V"]
    );
    assert_eq!(packages("dnf install https://x/y.rpm @group"), Vec::<String>::new());
    assert_eq!(packages("zypper in -y 'a>=2' b"), ["zypper a 2", "zypper b -"]);
    assert!(packages("apt-get update").is_empty());
}

#[test]
fn language_packages() {
    assert_eq!(packages("python3 -m pip install 'a[x]==1' b>=2 -i u c"), ["pip a[x] 1", "pip b -", "pip c -"]);
    assert!(packages("pip install -r requirements.txt . ./x y.whl").is_empty());
    assert_eq!(packages("pip install a -r b.txt"), ["pip a -"]);
    assert!(packages("pip install a -c constraints.txt").is_empty());
    assert!(packages("npm ci && npm install && npm i ./x && npm i git+ssh://git@h/x#1").is_empty());
    assert_eq!(packages("npm i -g @a/b c@1 d@latest"), ["npm @a/b -", "npm c 1", "npm d latest"]);
    assert_eq!(packages("gem install a -v 1 b c:2"), ["gem a 1", "gem b -", "gem c 2"]);
    assert_eq!(
        packages("go install ./... && go install a.b/c@latest && go get a.b/d"),
        ["go a.b/c latest", "go a.b/d -"]
    );
    assert_eq!(packages("cargo install a --version 1 && cargo install b@2 c"), ["cargo a 1", "cargo b 2", "cargo c -"]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(
        packages(&format!("pip install git+https://h/x.git@{commit}#egg=x")),
        [format!("pip git+https://h/x.git {commit}")]
    );
    assert_eq!(packages("pip install git+https://h/x.git@v1"), ["pip git+https://h/x.git -"]);
}
