//! The manual pages say what the header, the tools and the table say, and lead to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use dane_policy::cause::{Detail, Facts};
use dane_policy::decide::{Action, Address, Certificate, Level, Mx, Reason, Tlsa, Verdict, decide};

mod toolchain;

use toolchain::have;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The source of a page, and what its file name says.
struct Page {
    name: String,
    section: char,
    text: String,
}

impl Page {
    /// The text of one top section.
    fn part(&self, title: &str) -> &str {
        let head = format!("\n# {title}\n");
        let (_, rest) = self
            .text
            .split_once(&head)
            .unwrap_or_else(|| panic!("{} has no section {title}", self.name));
        rest.split("\n# ").next().unwrap()
    }

    /// The names that lead to this page.
    fn names(&self) -> Vec<&str> {
        let (names, _) = self.part("NAME").split_once(" - ").expect("NAME is `names - what`");
        names.split(',').map(str::trim).collect()
    }

    /// The lines of literal blocks, as they are shown.
    fn literal(&self, part: &str) -> String {
        let blocks = part.split("```\n").skip(1).step_by(2);
        blocks.collect::<Vec<_>>().join("\n").replace("\\\\", "\\")
    }
}

fn pages() -> Vec<Page> {
    let files = fs::read_dir(root().join("docs/man")).unwrap();
    let mut pages: Vec<Page> = files
        .map(|file| {
            let path = file.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            let (name, section) =
                file.strip_suffix(".scd").unwrap().rsplit_once('.').expect("name.section.scd");
            let text = fs::read_to_string(&path).unwrap();
            let section = section.parse().unwrap();
            Page { name: name.into(), section, text }
        })
        .collect();
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

fn page(name: &str) -> Page {
    pages().into_iter().find(|page| page.name == name).unwrap_or_else(|| panic!("no page {name}"))
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_comments(code: &str) -> String {
    let mut parts = code.split("/*");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once("*/").unwrap().1)
}

/// The name of the function that a prototype declares.
fn declared(prototype: &str) -> &str {
    let (before, _) = prototype.split_once('(').unwrap_or_else(|| panic!("{prototype}"));
    before.rsplit([' ', '*']).next().unwrap()
}

/// Every function of the headers with its prototype.
fn prototypes() -> BTreeMap<String, String> {
    let mut all = Vec::new();
    for header in ["dane_policy.h", "dane_policy_diagnosis.h"] {
        let header = without_comments(&read(&format!("include/{header}")));
        let (_, functions) = header.split_once("extern \"C\" {\n#endif").unwrap();
        let functions = functions.split("#ifdef").next().unwrap();
        let functions = functions.split_once('\n').unwrap().1;
        all.extend(functions.split(';').map(one_space));
    }
    for (name, functions) in
        [("openssl", &["verify"][..]), ("gnutls", &["verify"]), ("pem", &["chain", "verify"])]
    {
        let header = read(&format!("include/dane_policy_{name}.h"));
        let inline = header.split("static inline ").skip(1);
        let inline = inline.map(|text| text.split("\n{").next().unwrap());
        let is_public = |text: &&str| {
            functions.iter().any(|it| declared(text) == format!("dane_policy_{name}_{it}"))
        };
        let found: Vec<&str> = inline.filter(is_public).collect();
        assert_eq!(found.len(), functions.len(), "{name}");
        all.extend(found.iter().map(|text| one_space(&format!("static inline {text}"))));
    }
    let header = without_comments(&read("include/dane_policy_rustls.h"));
    let (inline, rest) = header[header.find("static inline").unwrap()..].split_once("\n{").unwrap();
    all.push(one_space(inline));
    let functions = rest.split_once("\n}").unwrap().1.split("#endif").next().unwrap();
    all.extend(functions.split(';').map(one_space));
    all.retain(|prototype| !prototype.is_empty() && !prototype.starts_with("typedef"));
    all.into_iter().map(|prototype| (declared(&prototype).to_owned(), prototype)).collect()
}

#[test]
fn each_function_has_one_page_and_there_the_prototype_of_the_header() {
    let wanted = prototypes();
    let mut found = BTreeMap::new();
    let all = pages();
    for page in all.iter().filter(|page| page.section == '3') {
        let synopsis = page.literal(page.part("SYNOPSIS"));
        let code: Vec<&str> = synopsis.lines().filter(|line| !line.starts_with('#')).collect();
        for prototype in code.join("\n").split(';').map(one_space).filter(|text| !text.is_empty()) {
            let name = declared(&prototype).to_owned();
            assert_eq!(Some(&prototype), wanted.get(&name), "{}", page.name);
            assert!(
                page.names().contains(&name.as_str()),
                "{name} is not in NAME of {}",
                page.name
            );
            assert!(page.text.contains(&format!("*{name}*()")), "{name} is not described");
            assert!(found.insert(name.clone(), &page.name).is_none(), "{name} has two pages");
        }
    }
    let missing: Vec<&String> = wanted.keys().filter(|name| !found.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no page has {missing:?}");
    let symbols = read("abi/symbols.txt") + &read("abi/rustls/symbols.txt");
    for symbol in symbols.lines().filter_map(|line| line.split(' ').next()) {
        assert!(found.contains_key(symbol), "no page has {symbol}");
    }
}

#[test]
fn each_name_leads_to_one_page_which_it_names() {
    let mut seen = BTreeSet::new();
    for page in pages() {
        assert!(page.names().contains(&page.name.as_str()), "{} does not name itself", page.name);
        for name in page.names() {
            assert!(seen.insert((name.to_owned(), page.section)), "{name} has two pages");
        }
        let title = format!("{}({}) \"libdane-policy @VERSION@\" ", page.name, page.section);
        assert!(page.text.starts_with(&title), "the first line of {}", page.name);
    }
}

/// What a C author looks for, and finds in the same place on every page.
#[test]
fn each_page_of_functions_has_its_sections() {
    for page in pages().iter().filter(|page| page.section == '3') {
        for title in ["DESCRIPTION", "RETURN VALUE", "THREADS AND FORKS"] {
            assert!(!page.part(title).trim().is_empty(), "{}: {title}", page.name);
        }
        assert!(page.part("HISTORY").contains("introduced in libdane-policy 1."), "{}", page.name);
        let can_fail = page.part("SYNOPSIS").contains(" **out);\n");
        let tls_library = page.part("SYNOPSIS").contains("static inline");
        assert!(!can_fail || tls_library || page.text.contains("\n# ERRORS\n"), "{}", page.name);
    }
}

/// By its short name, in what tests/c/bad_input.c holds the library to; a getter of a count or pointer falls under a rule.
#[test]
fn each_function_with_a_number_to_refuse_or_to_answer_is_told_of_under_bad_input() {
    let page = page("dane-policy");
    let told: BTreeSet<&str> = words(page.part("BAD INPUT"), "").collect();
    let symbols = read("abi/symbols.txt");
    let prototypes = prototypes();
    for symbol in symbols.lines().filter_map(|line| line.split(' ').next()) {
        let name = symbol.strip_prefix("dane_policy_").unwrap();
        let is_enum = prototypes[symbol].starts_with("dane_policy_");
        assert!(!is_enum || told.contains(name), "dane-policy(7), BAD INPUT: nothing of {name}");
    }
}

/// The C test asks for the same.
#[test]
fn what_getters_answer_for_null_is_what_they_are_tested_for() {
    let page = page("dane-policy");
    let table = page.literal(page.part("BAD INPUT"));
    let test = read("tests/c/bad_input.c");
    let rows = table.lines().filter_map(|line| line.split_once("  ")).collect::<Vec<_>>();
    assert!(rows.len() > 20, "{rows:?}");
    for (name, answer) in rows {
        let call = format!("dane_policy_{name}(");
        let is_asked = |line: &str| line.contains(&call) && line.contains(answer.trim());
        assert!(test.lines().any(is_asked), "{name}: {answer}");
    }
}

/// Words that begin like this, made of letters, digits, `_` or `-`.
fn words<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let is_of = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words = text.split(move |c| !is_of(c));
    words.filter(move |word| word.starts_with(start) && word.len() > start.len())
}

#[test]
fn each_enumerator_is_in_a_page_and_no_page_makes_one_up() {
    let header = without_comments(&read("include/dane_policy.h"));
    let enumerators = header.lines().filter_map(|line| line.trim().split_once(" = "));
    let enumerators: BTreeSet<&str> = enumerators.map(|(name, _)| name).collect();
    assert!(enumerators.len() > 80, "{enumerators:?}");
    let all = pages();
    let mentioned: BTreeSet<&str> =
        all.iter().flat_map(|page| words(&page.text, "DANE_POLICY_")).collect();
    // They are no values, and dane-policy(7) says so of all.
    let missing = enumerators.difference(&mentioned).filter(|it| !it.ends_with("_FORCE_INT"));
    let missing: Vec<&&str> = missing.collect();
    assert!(missing.is_empty(), "no page has {missing:?}");
    let opt_in = read("include/dane_policy_pem.h");
    let known = words(&header, "DANE_POLICY_").chain(words(&opt_in, "DANE_POLICY_"));
    let known: BTreeSet<&str> = known.collect();
    for word in mentioned.iter().filter(|word| !word.ends_with('_')) {
        assert!(known.contains(word), "{word} is not in the header");
    }
}

/// The options in a text, which are in lower case: unlike the lines around a certificate.
fn options(text: &str) -> BTreeSet<String> {
    let options = words(text, "--").filter(|word| !word.contains(|c: char| c.is_uppercase()));
    options.map(str::to_owned).collect()
}

#[test]
fn each_option_and_json_field_of_a_tool_is_in_its_page_and_vice_versa() {
    for tool in ["dane-check", "dane-connect", "dane-verify"] {
        let parts: &[&str] = match tool {
            "dane-check" => &["findings.h", "result_json.h", "self_test.h"],
            "dane-verify" => &["rollover.h", "rehearsal.h"],
            _ => &[],
        };
        let parts = parts.iter().map(|part| read(&format!("examples-c/{part}")));
        let source = parts.fold(read(&format!("examples-c/{tool}.c")), |all, part| all + &part);
        let page = page(tool);
        let heads = page.part("OPTIONS").lines().filter(|line| line.starts_with("*--"));
        let defined = options(&heads.collect::<Vec<_>>().join("\n"));
        let strings: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
        assert_eq!(defined, options(&strings.join("\n")), "{tool}");
        assert!(options(&page.text).is_subset(&defined), "{tool}: {:?}", options(&page.text));
        if tool == "dane-connect" {
            continue;
        }

        let calls = ["json_field(\"", "json_index(\"", "json_strings(\""];
        let by_call = calls.iter().flat_map(|call| source.split(call).skip(1));
        let by_call = by_call.map(|rest| rest.split('"').next().unwrap());
        let by_format = source.split("\\\":").map(|before| before.rsplit("\\\"").next().unwrap());
        let fields: BTreeSet<&str> =
            by_call.chain(by_format).filter(|name| !name.contains(['\n', '%'])).collect();
        assert!(fields.len() > 5, "{fields:?}");
        for field in fields {
            let mentioned = words(&page.text, "").any(|word| word.trim_matches('_') == field);
            assert!(mentioned, "{tool}: {field} is not in the page");
        }
    }
}

/// The words for people, and their colours.
#[test]
fn the_actions_of_dane_check_are_those_of_its_page() {
    let (page, source) = (page("dane-check"), read("examples-c/result.h"));
    let table = page.literal(page.part("OUTPUT"));
    assert_eq!(table.lines().count(), 6);
    for line in table.lines() {
        let (action, rest) = line.split_once(' ').unwrap();
        let (colour, meaning) = rest.trim_start().split_once(' ').unwrap();
        let meaning = meaning.rsplit(": ").next().unwrap().trim_start();
        assert!(source.contains(&format!("\"{meaning}\"")), "{meaning}");
        let light = source.split(&format!("return {}", colour.to_uppercase())).next().unwrap();
        let named = format!("case DANE_POLICY_ACTION_{}:", action.to_uppercase());
        assert!(colour == "red" || light.contains(&named), "{action}");
    }
}

#[test]
fn each_fact_is_in_its_page() {
    let facts = page("dane_policy_decision_fact");
    let described = facts.part("FACTS").lines().filter(|line| !line.contains(['\t', ' ']));
    let described: Vec<&str> = described.filter(|line| !line.is_empty()).collect();
    assert_eq!(described, Facts::FIELDS);
    let tool = page("dane-check");
    for field in Facts::FIELDS {
        assert!(tool.part("JSON").contains(&format!("_{field}_")), "{field}");
    }
    let header = read("include/dane_policy_diagnosis.h");
    for field in Facts::FIELDS {
        assert!(header.contains(&format!("\"{field}\"")), "{field}");
    }
}

/// The columns of a row; a word that none of them has is a mistake in the page.
fn columns(words: &[&str]) -> (Mx, Address, Tlsa, Certificate) {
    let mx = match words[0] {
        "secure" => Mx::Secure,
        "insecure" => Mx::Insecure,
        "bogus" => Mx::Bogus,
        other => panic!("MX {other}"),
    };
    let address = match words[1] {
        "secure" => Address::Secure,
        "insecure" => Address::Insecure,
        "bogus" => Address::Bogus,
        "N/A" => Address::NotApplicable,
        other => panic!("address {other}"),
    };
    let tlsa = match words[2] {
        "secure" => Tlsa::Secure,
        "insecure" => Tlsa::Insecure,
        "NXDOMAIN" => Tlsa::Nxdomain,
        "bogus" => Tlsa::Bogus,
        "N/A" => Tlsa::NotApplicable,
        other => panic!("TLSA {other}"),
    };
    let certificate = match words[3] {
        "successful" => Certificate::Successful,
        "unsuccessful" => Certificate::Unsuccessful,
        "N/A" => Certificate::NotApplicable,
        other => panic!("certificate {other}"),
    };
    (mx, address, tlsa, certificate)
}

/// DANE_POLICY_REASON_NOT_TRUSTED for [`Reason::NotTrusted`].
fn enumerator(reason: Reason) -> String {
    let mut name = "DANE_POLICY_REASON".to_owned();
    for letter in format!("{reason:?}").chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[test]
fn the_decision_table_is_that_of_the_library() {
    let page = page("dane-policy");
    let table = page.literal(page.part("THE DECISION TABLE"));
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split_whitespace().collect()).collect();
    let reasons: BTreeMap<&str, (&str, String)> = lines
        .iter()
        .filter(|words| words.get(1).is_some_and(|word| word.starts_with("DANE_POLICY_")))
        .map(|words| (words[0], (words[1], words[2..].join(" "))))
        .collect();
    let rows = lines.iter().filter(|words| words.first().is_some_and(|w| w.parse::<u8>().is_ok()));
    let mut next = 1;
    for words in rows {
        assert_eq!(words[..2], [next.to_string(), (next + 15).to_string()]);
        let (mx, address, tlsa, certificate) = columns(&words[2..6]);
        let mut said = words[6..].iter().copied();
        for level in [Level::DaneOnly, Level::Dane] {
            let verdict = decide(level, mx, address, tlsa, certificate);
            assert_eq!(said.next(), Some(verdict.action.name()), "row {next} at {level:?}");
            if verdict.action == Action::Defer {
                let (name, text) = &reasons[said.next().unwrap()];
                assert_eq!(text, verdict.reason.text(), "row {next} at {level:?}");
                assert_eq!(*name, enumerator(verdict.reason), "row {next} at {level:?}");
            }
        }
        assert_eq!(said.next(), None, "row {next}");
        next += 1;
    }
    assert_eq!(next, 16, "rows 1 to 15 with 16 to 30 in order");
}

#[test]
fn reasons_and_their_codes_are_those_of_the_library() {
    let page = page("dane_policy_decision");
    let part = page.part("REASONS");
    for &reason in Reason::ALL {
        let name = enumerator(reason);
        let line = part
            .lines()
            .find(|line| line.split(',').next() == Some(&name))
            .unwrap_or_else(|| panic!("{name} is not in the page"));
        let text = line.split('"').nth(1).unwrap_or_default();
        assert_eq!(text, reason.text(), "{name}");
        let codes: BTreeSet<&str> = [Detail::None, Detail::AddressNone]
            .into_iter()
            .map(|detail| {
                let mut verdict = Verdict::UNAVAILABLE.with_detail(detail);
                verdict.reason = reason;
                verdict.enhanced_status()
            })
            .collect();
        let codes = codes.into_iter().collect::<Vec<_>>().join(" or ");
        assert!(line.ends_with(&codes), "{name}: {codes}");
    }
}

/// The header has every enumerator, `ALL` what the names are looked up in.
#[test]
fn no_reason_or_detail_is_left_out_of_its_list() {
    let header = read("include/dane_policy.h");
    // One more, which is no value.
    let count = |kind: &str| header.matches(&format!("    DANE_POLICY_{kind}_")).count() - 1;
    assert_eq!(count("REASON"), Reason::ALL.len());
    assert_eq!(count("DETAIL"), Detail::ALL.len());
}

#[test]
fn operators_are_told_of_each_reason_and_detail() {
    let guide = read("docs/operators.md");
    for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::None) {
        assert!(guide.contains(&format!("\n| {} | ", reason.text())), "{reason:?}");
    }
    for detail in Detail::ALL.iter().filter(|detail| **detail != Detail::None) {
        let name = detail.name();
        let told =
            guide.contains(&format!("\n| {name} | ")) || guide.contains(&format!("**{name}**"));
        assert!(told, "{detail:?}");
    }
}

/// They compile: tests/header.rs sees to that in the header.
#[test]
fn the_call_sequences_are_those_of_the_headers() {
    for (header, name, title) in [
        ("dane_policy.h", "dane-policy", "CALL SEQUENCES"),
        ("dane_policy_diagnosis.h", "dane_policy_check", "EXAMPLES"),
    ] {
        let header = read(&format!("include/{header}"));
        let of_header = header
            .lines()
            .skip_while(|line| !line.starts_with(" * CALL SEQUENCE"))
            .take_while(|line| *line != " * RULES")
            .filter_map(|line| line.strip_prefix(" *     "));
        let of_header: Vec<&str> = of_header.filter(|line| !line.is_empty()).collect();
        let page = page(name);
        let code = page.literal(page.part(title));
        let of_page: Vec<&str> = code.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(of_page, of_header, "{name}");
    }
}

#[test]
fn references_lead_somewhere() {
    let all = pages();
    let known: BTreeSet<String> = all
        .iter()
        .flat_map(|page| page.names().into_iter().map(|name| format!("{name}({})", page.section)))
        .collect();
    for page in &all {
        let mut rest = page.text.as_str();
        while let Some((before, after)) = rest.split_once("*(") {
            let name = before.rsplit('*').next().unwrap();
            let section = after.split(')').next().unwrap();
            let reference = format!("{name}({section})");
            if name.starts_with("dane") && !section.is_empty() {
                assert!(known.contains(&reference), "{}: no page {reference}", page.name);
            }
            rest = after;
        }
        let also = page.part("SEE ALSO");
        assert!(also.contains("*dane-policy*(7)") || page.section == '7', "{}", page.name);
        for other in all.iter().filter(|_| page.section == '7') {
            let found = other.section == '7' || also.contains(&format!("*{}*(", other.name));
            assert!(found, "dane-policy(7) does not lead to {}", other.name);
        }
    }
}

#[test]
fn the_pages_build_and_a_linter_finds_nothing() {
    if !have("scdoc") || !have("mandoc") {
        return;
    }
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    let mut make = Command::new("make");
    make.current_dir(root()).args(["--silent", "man"]).arg(format!("B={}", build.display()));
    assert!(make.status().unwrap().success());
    let folder = build.join("man");
    for page in pages() {
        for name in page.names() {
            let file = folder.join(format!("man{0}/{name}.{0}", page.section));
            let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{name} is not built"));
            let leads_on =
                text.starts_with(&format!(".so man{0}/{1}.{0}", page.section, page.name));
            assert_eq!(leads_on, name != page.name, "{name}");
            if name == page.name {
                let version = concat!("\"libdane-policy ", env!("CARGO_PKG_VERSION"), "\"");
                assert!(text.contains(version), "{name} is not of this version");
            }
            let mut lint = Command::new("mandoc");
            lint.current_dir(&folder).args(["-T", "lint", "-W", "warning"]).arg(&file);
            let report = String::from_utf8(lint.output().unwrap().stdout).unwrap();
            let complaints = report.lines().filter(|line| {
                // What scdoc writes before every heading, and pages that lead to another.
                !line.contains("skipping paragraph macro") && !line.contains(".so is fragile")
            });
            assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
        }
    }
}
