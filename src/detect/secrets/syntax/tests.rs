//! What the literal that holds `HERE` is, in each language.

use std::cell::OnceCell;

use super::Trees;
use crate::model::{Encoding, FileKind, Language, Origin, SourceFile};

fn file<'a>(path: &'a str, language: Language, text: &'a str) -> SourceFile<'a> {
    SourceFile {
        path,
        kind: FileKind::Source(language),
        place: path,
        role: OnceCell::new(),
        text,
        encoding: Encoding::Utf8 { bom: 0 },
        origin: Origin::Memory,
    }
}

/// Shows the role with what else is known: the name it goes to, the call, the joined text, parts and holes.
fn show(path: &str, language: Language, text: &str) -> String {
    let start = text.find("HERE").unwrap();
    let start = text[..start].rfind(['"', '\'', '`', '/']).map_or(start, |at| at + 1);
    let end = start + text[start..].find(['"', '\'', '`', '/']).unwrap_or(text.len() - start);
    let file = file(path, language, text);
    let Some(context) = Trees::new(&file).context(&(start..end)) else { return "nothing".to_owned() };
    let mut shown = context.role.map_or("-".to_owned(), |role| format!("{role:?}"));
    if let Some(target) = context.target {
        shown += &format!(" {}", &text[target]);
    }
    if let Some(call) = context.call {
        shown += &format!(" {}[{}{}]", text[call.callee].trim(), call.index, if call.is_last { " last" } else { "" });
    }
    if let Some(joined) = context.joined {
        shown += &format!(" = {joined} in {}", &text[context.literal]);
    }
    shown + if context.is_part { " part" } else { "" } + if context.has_holes { " holes" } else { "" }
}

fn check(path: &str, language: Language, cases: &[(&str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|&(text, expected)| (text, expected, show(path, language, text)))
        .filter(|(_, expected, found)| expected != found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn python() {
    check(
        "a.py",
        Language::Python,
        &[
            ("password = 'HERE'", "Assigned password"),
            ("password: str = 'HERE'", "Assigned password"),
            ("self.password = os.getenv('X') or 'HERE'", "Assigned self.password"),
            ("c['password'] = 'HERE' if x else None", "Assigned c['password']"),
            ("x = c['HERE']", "Index c"),
            ("d = {'password': 'HERE'}", "Entry 'password'"),
            ("d = {'HERE': 1}", "Index"),
            ("f(a, password='HERE')", "Keyword password f[0 last]"),
            ("f(a, 'HERE')", "Argument f[1 last]"),
            ("smtp.login(a, 'HERE'.encode('utf-8'))", "Argument smtp.login[1 last]"),
            ("get(url, auth=(user, 'HERE'))", "Element user auth[1 last]"),
            ("key = bytes('HERE', 'utf-8')", "Assigned key"),
            ("def f(password='HERE'): pass", "Default password"),
            ("def f(password: str = 'HERE'): pass", "Default password"),
            ("def f():\n    return 'HERE'", "Returned"),
            ("if password == 'HERE': pass", "Compared password"),
            ("match p:\n    case 'HERE': pass", "Compared"),
            ("@route('HERE')\ndef f(): pass", "Annotation route[0 last]"),
            ("class E(str, Enum):\n    PASSWORD = 'HERE'", "Enum PASSWORD"),
            ("p: Literal['HERE'] = x", "Type"),
            ("raise ValueError('HERE')", "Message ValueError[0 last]"),
            ("logger.info('HERE')", "Message logger.info[0 last]"),
            ("password = _('HERE')", "Label _[0 last]"),
            ("def f():\n    'HERE'\n", "Comment"),
            ("# password = 'HERE'\n", "Comment"),
            ("x = f'a{b}HERE'", "Assigned x holes"),
            ("x = 'HERE %s' % y", "Assigned x holes"),
            ("x = 'HERE{}'.format(y)", "- holes"),
            ("x = 'HERE' + y", "Assigned x part"),
            ("x = 'HERE' 'b'", "Assigned x = HEREb in HERE' 'b"),
            ("x = ('HERE'\n     'b')", "Assigned x = HEREb in HERE'\n     'b"),
            ("x = 'HERE' + ('b' + 'c')", "Assigned x = HEREbc in HERE' + ('b' + 'c"),
            ("x = ['HERE']", "Element"),
            ("password = = 'HERE'", "nothing"),
        ],
    );
}

#[test]
fn javascript() {
    check(
        "a.js",
        Language::JavaScript,
        &[
            ("const password = 'HERE';", "Assigned password"),
            ("module.exports.password = process.env.X || 'HERE';", "Assigned module.exports.password"),
            ("x = { password: 'HERE' };", "Entry password"),
            ("x = { ['HERE']: 1 };", "Index"),
            ("class A { static password = 'HERE'; }", "Assigned password"),
            ("login(user, 'HERE');", "Argument login[1 last]"),
            ("jwt.sign(x, 'HERE', {});", "Argument jwt.sign[1]"),
            ("key = Buffer.from('HERE');", "Assigned key"),
            ("new Client('HERE')", "Argument new Client[0 last]"),
            ("function f({ password = 'HERE' }) {}", "Default password"),
            ("const f = () => 'HERE';", "Returned"),
            ("if (password === 'HERE') {}", "Compared password"),
            ("switch (p) { case 'HERE': }", "Compared"),
            ("const x = <Input type='HERE' />;", "Attribute type"),
            ("import x from 'HERE';", "Import"),
            ("require('HERE')", "Import require[0 last]"),
            ("it('HERE', () => {});", "Test it[0]"),
            ("x = i18n.t('HERE');", "Label i18n.t[0 last]"),
            ("throw new Error('HERE');", "Message new Error[0 last]"),
            ("res.setHeader('HERE', x);", "Header res.setHeader[0]"),
            ("x = `HERE${y}`;", "Assigned x holes"),
            ("x = `HERE`;", "Assigned x"),
            ("x = 'HERE' + \"b\";", "Assigned x = HEREb in HERE' + \"b"),
            ("x = 'HERE' + y;", "Assigned x part"),
            ("x = /HERE/;", "Regex"),
            ("x = c ? 'HERE' : d;", "Assigned x"),
            ("x = k['HERE'];", "Index k"),
        ],
    );
}

#[test]
fn typescript() {
    check(
        "a.ts",
        Language::TypeScript,
        &[
            ("class A { private password: string = 'HERE'; }", "Assigned password"),
            ("class A { constructor(private password: string = 'HERE') {} }", "Default password"),
            ("enum K { Password = 'HERE' }", "Enum Password"),
            ("type T = 'a' | 'HERE';", "Type"),
            ("function f(password: 'HERE') {}", "Type"),
            ("interface I { password: 'HERE' }", "Type"),
            ("const p = 'HERE' as const;", "Assigned p"),
            ("const p = <any>'HERE';", "Assigned p"),
            ("@Component('HERE') class B {}", "Annotation Component[0 last]"),
        ],
    );
    check("a.tsx", Language::TypeScript, &[("const x = <Input label='HERE' />;", "Attribute label")]);
}

#[test]
fn java() {
    let method = |code: &str| format!("class A {{ void m() {{ {code} }} }}");
    let cases = [
        ("String password = \"HERE\";", "Assigned password"),
        ("password = \"HERE\";", "Assigned password"),
        ("char[] password = \"HERE\".toCharArray();", "Assigned password"),
        ("DriverManager.getConnection(url, user, \"HERE\");", "Argument DriverManager.getConnection[2 last]"),
        ("new SecretKeySpec(\"HERE\".getBytes(), \"AES\");", "Argument new SecretKeySpec[0]"),
        ("map.put(\"password\", \"HERE\");", "Argument map.put[1 last]"),
        ("map.get(\"HERE\");", "Index map.get[0 last]"),
        ("if (password.equals(\"HERE\")) {}", "Compared password.equals[0 last]"),
        ("if (\"HERE\".equals(password)) {}", "Compared"),
        ("switch (p) { case \"HERE\": }", "Compared"),
        ("return \"HERE\";", "Returned"),
        ("throw new Failure(\"HERE\");", "Message new Failure[0 last]"),
        ("String s = \"HERE\" + \"b\";", "Assigned s = HEREb in HERE\" + \"b"),
        ("String s = \"HERE\" + b;", "Assigned s part"),
        ("String[] s = { \"HERE\" };", "Element"),
    ];
    let cases: Vec<_> = cases.iter().map(|(code, expected)| (method(code), *expected)).collect();
    check(
        "A.java",
        Language::Java,
        &cases.iter().map(|(code, expected)| (code.as_str(), *expected)).collect::<Vec<_>>(),
    );
    check(
        "A.java",
        Language::Java,
        &[
            ("class A { static final String PASSWORD = \"HERE\"; }", "Assigned PASSWORD"),
            ("class A { @Value(\"HERE\") String password; }", "Annotation"),
            ("class A { @Named(name = \"HERE\") void m() {} }", "Annotation name"),
            ("enum E { PASSWORD(\"HERE\") }", "Enum PASSWORD[0 last]"),
        ],
    );
}

#[test]
fn go() {
    check(
        "a.go",
        Language::Go,
        &[
            ("package a\nconst password = \"HERE\"", "Assigned password"),
            ("package a\nfunc f() { password := `HERE` }", "Assigned password"),
            ("package a\nfunc f() { c.Password = \"HERE\" }", "Assigned c.Password"),
            ("package a\nvar c = Config{Password: \"HERE\"}", "Entry Password"),
            ("package a\nvar c = map[string]string{\"HERE\": \"a\"}", "Index"),
            ("package a\nvar key = []byte(\"HERE\")", "Assigned key"),
            ("package a\nfunc f() { r.SetBasicAuth(u, \"HERE\") }", "Argument r.SetBasicAuth[1 last]"),
            ("package a\nfunc f() string { return \"HERE\" }", "Returned"),
            ("package a\nfunc f() { if p == \"HERE\" {} }", "Compared p"),
            ("package a\nfunc f() { switch p { case \"HERE\": } }", "Compared"),
            ("package a\nimport \"HERE\"", "Import"),
            ("package a\nvar x = \"HERE\" + \"b\"", "Assigned x = HEREb in HERE\" + \"b"),
            ("package a\nvar x = fmt.Sprintf(\"HERE\", y)", "Message fmt.Sprintf[0]"),
            ("package a\nvar x = y[\"HERE\"]", "Index y"),
        ],
    );
}

#[test]
fn php() {
    check(
        "a.php",
        Language::Php,
        &[
            ("<?php $password = 'HERE';", "Assigned $password"),
            ("<?php $a = ['password' => 'HERE'];", "Entry 'password'"),
            ("<?php $a = ['HERE' => 'x'];", "Index"),
            ("<?php mysqli_connect('h', 'u', 'HERE', 'd');", "Argument mysqli_connect[2]"),
            ("<?php new PDO($dsn, 'u', 'HERE');", "Argument new PDO[2 last]"),
            ("<?php $o->login('u', 'HERE');", "Argument $o->login[1 last]"),
            ("<?php f(password: 'HERE');", "Keyword password f[0 last]"),
            ("<?php class C { private $password = 'HERE'; }", "Assigned $password"),
            ("<?php class C { const PASSWORD = 'HERE'; }", "Assigned PASSWORD"),
            ("<?php function f($password = 'HERE') {}", "Default $password"),
            ("<?php $x = getenv('X') ?: 'HERE';", "Assigned $x"),
            ("<?php $x = $_ENV['HERE'];", "Index $_ENV"),
            ("<?php $x = 'HERE' . 'b';", "Assigned $x = HEREb in HERE' . 'b"),
            ("<?php $x = \"HERE$y\";", "Assigned $x holes"),
            ("<?php enum E: string { case Password = 'HERE'; }", "Enum Password"),
            ("<?php #[Route('HERE')] function f() {}", "Annotation Route[0 last]"),
            ("<?php include 'HERE';", "Import"),
        ],
    );
}

#[test]
fn ruby() {
    check(
        "a.rb",
        Language::Ruby,
        &[
            ("password = 'HERE'", "Assigned password"),
            ("@password = ENV['X'] || 'HERE'", "Assigned @password"),
            ("PASSWORD = 'HERE'.freeze", "Assigned PASSWORD"),
            ("h = { password: 'HERE' }", "Entry password"),
            ("login(user, password: 'HERE')", "Keyword password login[0 last]"),
            ("connect user, 'HERE'", "Argument connect[1 last]"),
            ("def f(password = 'HERE'); end", "Default password"),
            ("def f(password: 'HERE'); end", "Default password"),
            ("ENV.fetch('HERE')", "Index ENV.fetch[0 last]"),
            ("it 'HERE' do end", "Test it[0 last]"),
            ("raise 'HERE'", "Message raise[0 last]"),
            ("if p == 'HERE' then end", "Compared p"),
            ("case p\nwhen 'HERE' then 1\nend", "Compared"),
            ("x = h['HERE']", "Index h"),
            ("x = \"a#{b}HERE\"", "Assigned x holes"),
            ("x = 'HERE' 'b'", "Assigned x = HEREb in HERE' 'b"),
        ],
    );
}

#[test]
fn csharp() {
    let method = |code: &str| format!("class A {{ void M() {{ {code} }} }}");
    let cases = [
        ("var password = \"HERE\";", "Assigned password"),
        ("x.Password = @\"HERE\";", "Assigned x.Password"),
        ("new NetworkCredential(\"u\", \"HERE\");", "Argument new NetworkCredential[1 last]"),
        ("new C { Password = \"HERE\" };", "Assigned Password"),
        ("F(password: \"HERE\");", "Keyword password F[0 last]"),
        ("d[\"HERE\"] = x;", "Index"),
        ("if (p == \"HERE\") {}", "Compared p"),
        ("switch (p) { case \"HERE\": break; }", "Compared"),
        ("var m = new Dictionary<string, string> { { \"password\", \"HERE\" } };", "Entry \"password\""),
        ("var key = Encoding.UTF8.GetBytes(\"HERE\");", "Assigned key"),
        ("var x = Get(\"P\") ?? \"HERE\";", "Assigned x"),
        ("var x = $\"HERE{y}\";", "Assigned x holes"),
        ("throw new E(\"HERE\");", "Message new E[0 last]"),
    ];
    let cases: Vec<_> = cases.iter().map(|(code, expected)| (method(code), *expected)).collect();
    check(
        "A.cs",
        Language::CSharp,
        &cases.iter().map(|(code, expected)| (code.as_str(), *expected)).collect::<Vec<_>>(),
    );
    check(
        "A.cs",
        Language::CSharp,
        &[
            ("class A { const string Password = \"HERE\"; }", "Assigned Password"),
            ("class A { public string Password { get; } = \"HERE\"; }", "Assigned Password"),
            ("class A { string Password => \"HERE\"; }", "Returned"),
            ("class A { [Route(\"HERE\")] void M() {} }", "Annotation"),
            ("class A { void M(string password = \"HERE\") {} }", "Default password"),
        ],
    );
}

#[test]
fn rust() {
    check(
        "a.rs",
        Language::Rust,
        &[
            ("const PASSWORD: &str = \"HERE\";", "Assigned PASSWORD"),
            ("fn f() { let password = String::from(\"HERE\"); }", "Assigned password"),
            ("fn f() { C { password: \"HERE\".to_string() }; }", "Entry password"),
            ("fn f() { r.basic_auth(\"u\", Some(\"HERE\")); }", "Argument r.basic_auth[1 last]"),
            ("fn f() { if p == \"HERE\" {} }", "Compared p"),
            ("fn f() { match p { \"HERE\" => 1, _ => 2 }; }", "Compared"),
            ("fn f() { panic!(\"HERE\"); }", "Message panic![0 last]"),
            ("fn f() -> &str { \"HERE\" }", "Returned"),
        ],
    );
}

#[test]
fn values_inside_of_longer_strings() {
    check(
        "a.js",
        Language::JavaScript,
        &[("x = '{\"password\": \"HERE\"}'", "Inside"), ("x = `password = \"HERE\"`", "Inside")],
    );
}

#[test]
fn parts_of_long_files_are_read_like_whole_ones() {
    let filler = "def other():\n    return connect(1, 2, 3)\n".repeat(4000);
    let text = format!("{filler}class C:\n    def f(self):\n        password = 'HERE'\n{filler}");
    assert_eq!(show("a.py", Language::Python, &text), "Assigned password");
    let filler = "  function f($a) { return $a; }\n".repeat(4000);
    let text = format!("<?php\nclass C {{\n{filler}  private $password = 'HERE';\n{filler}}}\n");
    assert_eq!(show("a.php", Language::Php, &text), "Assigned $password");
}

#[test]
fn hostile_files_end_soon() {
    for piece in ["(", "[", "\"a\"+", "f(", "{", "\"a\",", "password='abc',", "\\`", "/*", "\"\"\" ", "'"] {
        let half = piece.repeat((512 << 10) / piece.len());
        for broken in [half.clone(), half.replace(',', ",\n").replace('(', "(\n").replace('+', "+\n")] {
            let text = format!("{broken}\npassword = 'HERE'\n{broken}");
            for (path, language) in [
                ("a.py", Language::Python),
                ("a.js", Language::JavaScript),
                ("a.php", Language::Php),
                ("a.rb", Language::Ruby),
            ] {
                let _ = show(path, language, &text);
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_in_any_language_is_survived(
        text in "(?s)([a-z]{1,4}|password|[\"'`#${}()\\[\\]<>+=.,:;/*\\\\?%@!|&~^-]| |\n|\n  |if |end\n|\\PC){0,60}'HERE'([a-z]{1,4}|[\"'`(){},+=.]|\n){0,20}"
    ) {
        for (path, language) in [
            ("a.cs", Language::CSharp),
            ("a.go", Language::Go),
            ("a.java", Language::Java),
            ("a.jsx", Language::JavaScript),
            ("a.php", Language::Php),
            ("a.py", Language::Python),
            ("a.rb", Language::Ruby),
            ("a.rs", Language::Rust),
            ("a.ts", Language::TypeScript),
            ("a.tsx", Language::TypeScript),
        ] {
            let _ = show(path, language, &text);
        }
    }
}
