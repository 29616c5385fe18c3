//! Writes the calls that `calls.c` makes, one for each function of the headers, and compiles it.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// One parameter: its type without `struct` and spaces around stars, and its name.
struct Parameter {
    kind: String,
    name: String,
}

struct Function {
    result: String,
    name: String,
    parameters: Vec<Parameter>,
}

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo")).join("..");
    println!("cargo:rerun-if-changed=calls");
    println!("cargo:rerun-if-changed=../examples-c/world.h");
    let mut source = String::new();
    let mut count = 0;
    for name in ["dane_policy.h", "dane_policy_diagnosis.h"] {
        let header = root.join("include").join(name);
        println!("cargo:rerun-if-changed={}", header.display());
        for function in functions(&fs::read_to_string(header).expect("the header")) {
            writeln!(source, "case {count}: {{\n{}    break;\n}}", function.call())
                .expect("memory");
            count += 1;
        }
    }
    let symbols = fs::read_to_string(root.join("abi/symbols.txt")).expect("the list of symbols");
    assert_eq!(count, symbols.lines().count(), "each function, and no other");
    let out = env::var("OUT_DIR").expect("cargo");
    fs::write(Path::new(&out).join("calls.inc"), source).expect("room");
    let mut build = cc::Build::new();
    if env::var("CARGO_CFG_SANITIZE").is_ok_and(|sanitizer| sanitizer == "address") {
        build.flag("-fsanitize=address");
    }
    build.file("calls/calls.c").include(root.join("include")).include(root.join("examples-c"));
    build.include(out).define("FUNCTIONS", Some(count.to_string().as_str()));
    build.warnings_into_errors(true).compile("calls");
}

/// The functions that a header declares.
fn functions(header: &str) -> Vec<Function> {
    let mut text = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").expect("a closed comment").1;
    }
    text.push_str(rest);
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.contains("//"));
    let text: Vec<&str> = lines.collect();
    let text = text.join(" ");
    let declarations = text.split(';').filter_map(|declaration| {
        let (head, parameters) = declaration.trim().strip_suffix(')')?.split_once('(')?;
        let (result, name) = typed(head)?;
        let parameters = parameters.split(',').filter(|it| it.trim() != "void");
        let parameters = parameters.map(|it| typed(it).expect("a parameter with a name"));
        Some(Function {
            result,
            name,
            parameters: parameters.map(|(kind, name)| Parameter { kind, name }).collect(),
        })
    });
    declarations.filter(|function| function.name.starts_with("dane_policy_")).collect()
}

/// A type and a name.
fn typed(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    let at = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')? + 1;
    let (kind, name) = text.split_at(at);
    let words: Vec<&str> = kind.split_whitespace().filter(|word| *word != "struct").collect();
    Some((words.join(" ").replace("* ", "*"), name.into()))
}

/// The constant in `calls.c` for an object's type, by the type of a pointer to it.
fn object(kind: &str) -> Option<String> {
    const NOT_OPAQUE: [&str; 2] = ["tlsa", "bytes"];
    let kind = kind.strip_prefix("const ").unwrap_or(kind);
    let name = kind.strip_prefix("dane_policy_")?.trim_end_matches('*').trim();
    (kind.contains('*') && !NOT_OPAQUE.contains(&name)).then(|| name.to_uppercase())
}

impl Function {
    /// A block of C that makes the call.
    fn call(&self) -> String {
        let mut code = String::new();
        let mut after = String::new();
        let mut arguments = Vec::new();
        let kinds: Vec<&str> = self.parameters.iter().map(|it| it.kind.as_str()).collect();
        for (place, parameter) in self.parameters.iter().enumerate() {
            let (kind, variable) = (parameter.kind.as_str(), format!("a{place}"));
            let before = place.checked_sub(1).map(|before| kinds[before]);
            let value = match (kind, object(kind)) {
                (_, Some(object)) if kind.ends_with("**") => {
                    let _ = writeln!(
                        code,
                        "    {} {variable} = NULL;",
                        kind.trim_end_matches('*').to_owned() + " *"
                    );
                    let _ = writeln!(after, "    keep({object}, {variable});");
                    arguments.push(format!("&{variable}"));
                    continue;
                }
                (_, Some(object)) if self.name.ends_with("_free") => format!("take({object})"),
                (_, Some(object)) => {
                    format!("pick({object}, {})", u8::from(!kind.starts_with("const")))
                }
                ("const char *" | "const void *", _) if kinds.get(place + 1) == Some(&"size_t") => {
                    "blob()".into()
                }
                ("const char *", _) => "text()".into(),
                ("const dane_policy_tlsa *", _) => "records()".into(),
                ("const dane_policy_bytes *", _) => "chain()".into(),
                ("dane_policy_bytes", _) => "*chain()".into(),
                ("const char *const *", _) => "names()".into(),
                ("void *" | "uint8_t *", _) if parameter.name != "tag" => "buffer()".into(),
                ("void *", _) => "tag()".into(),
                ("dane_policy_tlsa *", _) => "&record".into(),
                ("sockaddr_storage *", _) => "&storage".into(),
                ("socklen_t *", _) => "&storage_length".into(),
                ("size_t *", _) => "&length".into(),
                ("size_t", _)
                    if before.is_some_and(|it| it.contains('*') && object(it).is_none()) =>
                {
                    "size".into()
                }
                _ if parameter.name == "milliseconds" => "milliseconds()".into(),
                _ if parameter.name == "port" => "port()".into(),
                _ => "number()".into(),
            };
            let space = if kind.ends_with('*') { "" } else { " " };
            let cast = if value == "number()" { format!("({kind})") } else { String::new() };
            let _ = writeln!(code, "    {kind}{space}{variable} = {cast}{value};");
            arguments.push(variable);
        }
        let call = format!("{}({})", self.name, arguments.join(", "));
        let _ = match (self.result.as_str(), object(&self.result)) {
            ("const char *", _) => writeln!(code, "    read_text({call});"),
            (result, Some(object)) => {
                let keep = if result.starts_with("const") { "borrow" } else { "keep" };
                writeln!(code, "    {keep}({object}, {call});")
            }
            ("void", _) => writeln!(code, "    {call};"),
            _ => writeln!(code, "    (void)!{call};"),
        };
        let code = code + &after;
        code.replace("sockaddr_storage *", "struct sockaddr_storage *")
    }
}
