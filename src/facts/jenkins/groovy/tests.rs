//! Tests of what pipelines and scripts tell.

use super::*;
use crate::model::ManifestKind;

/// The facts of a kind, each by the attributes asked for and its words.
fn told(text: &str, kind: FactKind, attributes: &[Attribute]) -> Vec<String> {
    let mut builder = Builder::new(ManifestKind::Jenkinsfile, text, text);
    read(&mut builder);
    let facts = builder.finish();
    let shown = facts.facts.iter().filter(|fact| fact.kind == kind).map(|fact| {
        let values: Vec<_> = attributes.iter().map(|&attribute| fact.get(attribute).unwrap_or("-")).collect();
        format!("{} [{}]", values.join(" "), &text[fact.span.range()])
    });
    shown.collect()
}

fn expressions(text: &str) -> Vec<String> {
    told(text, FactKind::Expression, &[Attribute::Sink, Attribute::Source])
}

#[test]
fn what_is_put_into_commands_is_told_with_its_source() {
    assert_eq!(
        expressions(r#"sh "a ${params.X} $env.Y ${BRANCH_NAME}""#),
        ["run params.X [${params.X}]", "run env.Y [$env.Y]", "run env.BRANCH_NAME [${BRANCH_NAME}]"]
    );
    assert_eq!(expressions("sh 'a ${params.X}'\nsh \"b \\${X} \\$(c)\"\necho \"${params.X}\""), [""; 0]);
    assert_eq!(
        expressions("bat(script: \"a\" + params['X'], label: 'x')\nsh params.Y"),
        ["run params.X [params['X']]", "run params.Y [params.Y]"]
    );
    assert_eq!(
        expressions("\"git ${params.X}\".execute()\nevaluate(params.Y)"),
        ["run params.X [${params.X}]", "script params.Y [params.Y]"]
    );
}

#[test]
fn variables_carry_what_they_were_given() {
    assert_eq!(expressions("def a = params.X.trim()\ndef b = \"-t ${a}\"\nsh b"), ["run params.X [b]"]);
    assert_eq!(
        expressions(
            "pipeline { environment { T = \"${params.X}\"; P = 'p' }\n stages { stage('s') { steps { sh \"${T} ${P} ${env.P}\" } } } }"
        ),
        ["run params.X [${T}]"]
    );
    assert_eq!(expressions("def a = input(message: 'x')\nsh \"${a.b}\""), ["run input [${a.b}]"]);
    assert_eq!(
        expressions("params.L.split(',').each { sh \"${it}\" }\nparams.M.tokenize().each { m -> sh m }"),
        ["run params.L [${it}]", "run params.M [m]"]
    );
    assert_eq!(
        expressions("def f(x) { sh \"${x}\" }\ndef v = libraryResource('y')\nsh v\nfor (i in [1, 2]) { sh \"${i}\" }"),
        [""; 0]
    );
    assert_eq!(
        expressions("def m = sh(returnStdout: true, script: 'git log -1 --pretty=%B').trim()\nsh \"${m}\""),
        ["run commit.message [${m}]"]
    );
}

#[test]
fn harmless_texts_have_no_source() {
    assert_eq!(
        expressions(
            "sh \"${params.N.toInteger()} ${params.X ? 'a' : 'b'} ${params.X == 'y'} ${shellQuote(params.X)}\""
        ),
        [""; 0]
    );
    assert_eq!(expressions("def t = env.BRANCH_NAME.replaceAll('[^a-z]', '')\nsh \"${t}\""), [""; 0]);
    assert_eq!(
        expressions(
            "parameters { choice(name: 'A', choices: ['x'])\n string(name: 'B') }\nsh \"${A} ${params.A} ${B}\""
        ),
        ["run params.B [${B}]"]
    );
}

#[test]
fn credentials_are_known_by_their_variables() {
    let text = "withCredentials([usernamePassword(credentialsId: 'i', usernameVariable: 'U', passwordVariable: 'P'), file(credentialsId: 'f', \
                variable: 'F')]) { sh \"x ${P} ${U} ${F}\"\n sh 'y $P'\n echo \"${P}\"\n sh '''set -x\n echo $P'''\n}";
    let found: Vec<_> = expressions(text).into_iter().filter(|fact| fact.contains("credential")).collect();
    assert_eq!(
        found,
        [
            "run credential:P [${P}]",
            "log credential:P [${P}]",
            "log credential:* [set -x]",
            "log credential:P [echo $P]"
        ]
    );
    assert_eq!(
        expressions("environment { K = credentials('i') }\nsh \"${K} ${K_PSW}\""),
        ["run credential:K [${K}]", "run credential:K_PSW [${K_PSW}]"]
    );
}

#[test]
fn agents_tell_images_and_options() {
    let text = "agent { docker { image 'node:20'; args '-u root --privileged -v /var/run/docker.sock:/s --network=host' } }\n\
                docker.image('maven').inside('-v $HOME:/h') { }\ndocker.image(\"${x}\").push()\nnode('master') { }";
    assert_eq!(
        told(text, FactKind::Image, &[Attribute::Name, Attribute::Tag]),
        ["node 20 [node:20]", "maven - [maven]"]
    );
    assert_eq!(
        told(text, FactKind::Privilege, &[Attribute::Name, Attribute::Value]),
        ["user root [-u root]", "privileged true [--privileged]", "host-network true [--network=host]"]
    );
    assert_eq!(
        told(text, FactKind::Mount, &[Attribute::Source, Attribute::Kind]),
        ["/var/run/docker.sock bind [-v /var/run/docker.sock:/s]", "$HOME bind [-v $HOME:/h]"]
    );
    assert_eq!(told(text, FactKind::Setting, &[Attribute::Key, Attribute::Value]), ["agent.label master [master]"]);
}

#[test]
fn libraries_are_pinned_by_tag_or_commit() {
    let text =
        "@Library(['a', 'b@main', 'c@v1.2']) _\nlibrary identifier: 'd@feature/x', retriever: y\nlibrary('e@0123abc')";
    assert_eq!(
        told(text, FactKind::Uses, &[Attribute::Name, Attribute::Pinned]),
        ["a false [a]", "b false [b@main]", "c true [c@v1.2]", "d false [d@feature/x]", "e true [e@0123abc]"]
    );
}

#[test]
fn variables_of_the_environment_have_values_and_origins() {
    let text =
        "environment { A = 'x'; B = credentials('i'); C = \"${D}\" }\nwithEnv(['E=y', \"F=${G}\"]) { }\nenv.H = 'z'";
    assert_eq!(
        told(text, FactKind::Environment, &[Attribute::Name, Attribute::Value, Attribute::Origin]),
        [
            "A x literal [A = 'x']",
            "B - secret [B = credentials('i')]",
            "C - reference [C = \"${D}\"]",
            "E y literal [E=y]",
            "F - reference [F=${G}]",
            "H z literal [env.H = 'z']"
        ]
    );
}

#[test]
fn scripts_tell_what_they_set() {
    let text = "instance.setCrumbIssuer(null)\ninstance.crumbIssuer = null\ndef r = new HudsonPrivateSecurityRealm(true)\n\
                r.createAccount('admin', 'admin')\njenkins.authorizationStrategy = new AuthorizationStrategy.Unsecured()\n\
                x.setAgentProtocols(['JNLP-connect', 'Ping'] as Set)\nx.get(Y.class).setMasterKillSwitch(true)";
    assert_eq!(
        told(text, FactKind::Setting, &[Attribute::Key, Attribute::Value]),
        [
            "setCrumbIssuer null [instance.setCrumbIssuer(null)]",
            "setCrumbIssuer null [instance.crumbIssuer = null]",
            "HudsonPrivateSecurityRealm true [new HudsonPrivateSecurityRealm(true)]",
            "createAccount admin [r.createAccount('admin', 'admin')]",
            "setAuthorizationStrategy - [jenkins.authorizationStrategy = new AuthorizationStrategy.Unsecured()]",
            "AuthorizationStrategy.Unsecured - [new AuthorizationStrategy.Unsecured()]",
            "setAgentProtocols JNLP-connect [x.setAgentProtocols(['JNLP-connect', 'Ping'] as Set)]",
            "setAgentProtocols Ping [x.setAgentProtocols(['JNLP-connect', 'Ping'] as Set)]",
            "setMasterKillSwitch true [x.get(Y.class).setMasterKillSwitch(true)]"
        ]
    );
    let text = "strategy.add(Jenkins.ADMINISTER, 'anonymous')\nSystem.setProperty('a.b', '')";
    assert_eq!(told(text, FactKind::Grant, &[Attribute::Subject, Attribute::Verb])[0], {
        "anonymous Overall/Administer [strategy.add(Jenkins.ADMINISTER, 'anonymous')]"
    });
    assert_eq!(told(text, FactKind::Argument, &[Attribute::Flag])[0], "-Da.b [System.setProperty('a.b', '')]");
}

#[test]
fn options_of_ssh_are_found_in_any_string() {
    let text = "sh 'scp -o StrictHostKeyChecking=no x y'\nenv.G = \"ssh -o StrictHostKeyChecking no\"";
    assert_eq!(
        told(text, FactKind::Setting, &[Attribute::Key, Attribute::Value]),
        ["StrictHostKeyChecking no [StrictHostKeyChecking=no]", "StrictHostKeyChecking no [StrictHostKeyChecking no]"]
    );
}
