//! Tests of what is read of scripts.

use super::*;

/// The tree in one line: calls as `name(args)`, strings in quotes, others by their kind.
fn shown(text: &str) -> String {
    let script = parse(text);
    show(&script, Script::ROOT)
}

fn show(script: &Script<'_>, id: NodeId) -> String {
    let node = script.node(id);
    let children: Vec<_> = node.children.iter().map(|&child| show(script, child)).collect();
    let children = children.join(" ");
    let receiver = node.receiver.map(|receiver| format!("{}.", show(script, receiver))).unwrap_or_default();
    let label = node.label.as_ref().map(|label| format!("{}:", label.text)).unwrap_or_default();
    let name = &node.name.text;
    label
        + &match node.kind {
            Kind::Script => children,
            Kind::Closure => format!("{{{children}}}"),
            Kind::Call => format!("{receiver}{name}({children})"),
            Kind::New => format!("new {name}({children})"),
            Kind::Name => name.to_string(),
            Kind::Member => format!("{receiver}{name}"),
            Kind::Index => format!("{receiver}[{children}]"),
            Kind::Text if children.is_empty() => format!("'{}'", &script.text[node.content.clone()]),
            Kind::Text => format!("\"{children}\""),
            Kind::Number => script.source(id).to_owned(),
            Kind::List => format!("[{children}]"),
            Kind::Assignment => format!("{name}={children}"),
            Kind::Parameter => format!("|{name}|"),
            Kind::Function => format!("function {name}({children})"),
            Kind::Annotation => format!("@{name}({children})"),
            Kind::Import => format!("import {name}"),
            Kind::Operation => format!("<{children}>"),
            Kind::Test => format!("<{children}>?"),
            Kind::Ternary => format!("{receiver}?({children})"),
            Kind::Other => "other".to_owned(),
        }
}

#[test]
fn declarative_pipelines_are_calls_with_closures() {
    let text = "pipeline {\n  agent { docker { image 'node:20'\n args '-u root' } }\n  environment { A = 'x'; B = credentials('id') }\n  \
                stages {\n stage('One') { steps { sh 'make' } }\n stage ('Two') { when { branch 'main' }\n steps { echo \"hi\" } }\n }\n}";
    assert_eq!(
        shown(text),
        "pipeline({agent({docker({image('node:20') args('-u root')})}) environment({A='x' B=credentials('id')}) \
         stages({stage('One' {steps({sh('make')})}) stage('Two' {when({branch('main')}) steps({echo('hi')})})})})"
    );
}

#[test]
fn arguments_stand_with_and_without_parentheses() {
    assert_eq!(shown("sh script: 'a', returnStdout: true\nsh(script: 'a',\n label: 'b')"), {
        "sh(script:'a' returnStdout:true) sh(script:'a' label:'b')"
    });
    assert_eq!(shown("agent any\ncheckout scm\ntimeout(time: 5, unit: 'M') { x() }"), {
        "agent(any) checkout(scm) timeout(time:5 unit:'M' {x()})"
    });
    assert_eq!(
        shown("def out = sh(returnStdout: true, script: 'x').trim()"),
        "out=sh(returnStdout:true script:'x').trim()"
    );
    assert_eq!(shown("String v = sh script: 'x'"), "v=sh(script:'x')");
    assert_eq!(shown("docker.image('a').inside('-v b') {\n sh 'c'\n}"), "docker.image('a').inside('-v b' {sh('c')})");
    assert_eq!(shown("a\n  .b()\n  .c 'x'"), "a.b().c('x')");
    assert_eq!(shown("build job: 'x', parameters: [\n string(name: 'A', value: 'b'),\n [$class: 'X', y: 1]\n]"), {
        "build(job:'x' parameters:[string(name:'A' value:'b') [$class:'X' y:1]])"
    });
}

#[test]
fn strings_tell_what_is_put_into_them() {
    assert_eq!(shown(r#"sh "a ${params.X} $env.Y \${z} ${w['v']}""#), "sh(\"params.X env.Y w.v\")");
    assert_eq!(shown("x = 'a ${b} $c'"), "x='a ${b} $c'");
    assert_eq!(shown("x = \"\"\"a\n\"${b.c('}')}\"\n\"\"\""), "x=\"b.c('}')\"");
    assert_eq!(shown("x = \"${a ? \"${b}\" : 'c'}\""), "x=\"a.?(\"b\" 'c')\"");
    assert_eq!(shown("x = a =~ /b\"c/ \n y = $/d/$"), "x=<a 'b\"c'>? y='d'");
    assert_eq!(shown("x = a / b / c"), "x=<a b c>");
    assert_eq!(shown("x = 'unclosed\nsh 'b'"), "x='unclosed' sh('b')");
    assert_eq!(shown("x = \"unclosed ${\nsh 'b'"), "x='unclosed ${' sh('b')");
    let script = parse(r#"x = "a\n\"b\"""#);
    let text = script.walk().into_iter().find_map(|id| script.literal(id)).unwrap();
    assert_eq!(text, "a\n\"b\"");
}

#[test]
fn scripts_are_read_with_their_declarations() {
    assert_eq!(
        shown("@Library('x@1') _\nimport a.b.C\n@Field def y = 1"),
        "@Library('x@1') _ import a.b.C @Field() y=1"
    );
    assert_eq!(shown("def f(String a, b = 1) { return a }"), "function f(|a| |b| {a})");
    assert_eq!(shown("Map<String, List<String>> m = [a: 1]\nString[] s = x"), "m=[a:1] s=x");
    assert_eq!(shown("if (a == 'b') { c() } else if (!d) sh 'e'\nelse { f() }"), {
        "if(<a 'b'>? {c()}) if(<d>?) sh('e') {f()}"
    });
    assert_eq!(
        shown("try { a() } catch (Exception e) { b() } finally { c() }"),
        "{a()} catch(Exception e {b()}) {c()}"
    );
    assert_eq!(
        shown("for (x in xs) { a x }\nxs.each { y, int z -> b y }"),
        "for(<x xs>? {a(x)}) xs.each({|y| |z| b(y)})"
    );
    assert_eq!(shown("for (String x : xs) { a x }"), "for(String x:xs {a(x)})");
    assert_eq!(shown("env.A = \"${b}\"\nthis.c += d + e"), "env.A=\"b\" this.c=<d e>");
    assert_eq!(shown("def r = a ?: b\ndef s = a.b() == 1 ? 'x' : 'y'"), "r=<a b> s=<a.b() 1>.?('x' 'y')");
    assert_eq!(shown("new a.B(true).c(null)\nx instanceof Y"), "new a.B(true).c(null) <x>?");
    assert_eq!(shown("['a', 'b'].each { sh it }"), "['a' 'b'].each({sh(it)})");
}

#[test]
fn comments_say_nothing() {
    assert_eq!(shown("#!/usr/bin/env groovy\n// sh 'a'\n/* sh 'b' */ sh 'c' // d"), "sh('c')");
}

#[test]
fn any_text_is_read_in_little_time() {
    let seeds = [
        "\"${", "{", "(", "[", "\"\"\"", "'", "/", "$/", "a.b(", "x ? ", "@A(", "${'", "a -> ", "a<", "\"$a.b", "}",
        "])", "\\", "é\"", "if (a) ", "a = ", "f({", "\"${\"", "// ", "/* ", ".a", "\"\n", "\"${\n", "a /", "a:",
    ];
    for seed in seeds {
        let text = seed.repeat(20_000);
        let start = std::time::Instant::now();
        let script = parse(&text);
        assert!(script.walk().len() < 200_000, "{seed}");
        assert!(start.elapsed().as_secs() < 8, "{seed} took {:?}", start.elapsed());
    }
    let text = "def f(a) { sh \"x ${a ?: 'b'}\" }\n@L('x') _\nx = [a: 1] + /b/\n\"\"\"${c { d }}\"\"\"";
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        parse(&text[..end]);
        parse(&text[end..]);
    }
}
