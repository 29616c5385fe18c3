//! The page of `dane-check --html`: what stands there, that nobody's text is markup, and that it is whole or not there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod toolchain;

use toolchain::*;

/// An element of a page, with the text in it and in all that it holds.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    /// The elements around it, as indices.
    around: Vec<usize>,
}

impl Element {
    fn has(&self, class: &str) -> bool {
        let classes = self.attributes.get("class");
        classes.is_some_and(|it| it.split_whitespace().any(|it| it == class))
    }
}

/// The elements of a page in the order of their beginnings.
struct Page(Vec<Element>);

impl Page {
    /// Takes nothing but the XML that the page is written in: all is closed, all values are quoted, a character that
    /// could be markup is a number.
    fn parse(text: &str) -> Self {
        const NAMES: &str = "html head meta title style body svg symbol path use header main footer section article div \
            h1 h2 h3 p span strong ol ul li dl dt dd a code time table caption thead tbody tr th td";
        const ATTRIBUTES: &str = "lang charset http-equiv content name id class viewBox aria-hidden aria-label \
            aria-labelledby href d datetime scope data-label";
        assert!(text.bytes().all(|it| it == b'\n' || (b' '..=b'~').contains(&it)));
        let mut rest = text.strip_prefix("<!DOCTYPE html>\n").unwrap();
        let (mut elements, mut open) = (Vec::<Element>::new(), Vec::<usize>::new());
        while let Some(start) = rest.find('<') {
            let words = decode(&rest[..start]);
            assert!(!open.is_empty() || words.trim().is_empty(), "{words}");
            for index in &open {
                elements[*index].text.push_str(&words);
            }
            rest = &rest[start + 1..];
            if let Some(name) = rest.strip_prefix('/') {
                let end = name.find('>').unwrap();
                let last = open.pop().map(|it| elements[it].name.clone());
                assert_eq!(last.as_deref(), Some(&name[..end]));
                rest = &name[end + 1..];
                continue;
            }
            let end = rest.find([' ', '>', '/']).unwrap();
            let name = rest[..end].to_owned();
            assert!(NAMES.split_whitespace().any(|it| it == name), "<{name}>");
            rest = &rest[end..];
            let mut attributes = BTreeMap::new();
            while let Some(attribute) = rest.strip_prefix(' ') {
                let (name, value) = attribute.split_once("=\"").unwrap();
                let (value, behind) = value.split_once('"').unwrap();
                assert!(ATTRIBUTES.split_whitespace().any(|it| it == name), "{name}");
                assert!(!value.contains('<'), "{value}");
                assert!(attributes.insert(name.to_owned(), decode(value)).is_none(), "{name}");
                rest = behind;
            }
            elements.push(Element { name, attributes, text: String::new(), around: open.clone() });
            if let Some(behind) = rest.strip_prefix("/>") {
                rest = behind;
            } else {
                open.push(elements.len() - 1);
                rest = rest.strip_prefix('>').unwrap();
            }
        }
        assert!(open.is_empty() && rest.trim().is_empty(), "{rest}");
        let page = Self(elements);
        page.is_in_order();
        page
    }

    /// Links lead to the page itself, names are there once, headings are of the next level at most, nothing is fetched.
    fn is_in_order(&self) {
        let values =
            |name: &'static str| self.0.iter().filter_map(move |it| it.attributes.get(name));
        let ids: BTreeSet<&String> = values("id").collect();
        assert_eq!(ids.len(), values("id").count());
        for link in values("href") {
            assert!(ids.contains(&link.strip_prefix('#').unwrap().to_owned()), "{link}");
        }
        for label in values("aria-labelledby") {
            assert!(ids.contains(label), "{label}");
        }
        let style = &self.all("style")[0].text;
        assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
        let levels = self.0.iter().filter_map(|it| it.name.strip_prefix('h')?.parse().ok());
        let levels: Vec<u32> = levels.collect();
        assert!(levels.starts_with(&[1]) && levels.iter().filter(|it| **it == 1).count() == 1);
        assert!(levels.windows(2).all(|it| it[1] <= it[0] + 1), "{levels:?}");
    }

    fn all(&self, name: &str) -> Vec<&Element> {
        self.0.iter().filter(|it| it.name == name).collect()
    }

    /// The text of the first element of such a class within the article of a domain.
    fn of(&self, domain: &str, class: &str) -> Option<&str> {
        let is_article = |it: &Element| {
            let head = it.attributes.get("aria-labelledby").map(|it| self.by_id(it));
            it.name == "article" && head.is_some_and(|it| it.text == domain)
        };
        let article = self.0.iter().position(is_article).unwrap();
        let found = self.0.iter().find(|it| it.around.contains(&article) && it.has(class));
        found.map(|it| it.text.as_str())
    }

    fn by_id(&self, id: &str) -> &Element {
        self.0.iter().find(|it| it.attributes.get("id").is_some_and(|it| it == id)).unwrap()
    }

    /// The rows of the summary: the texts of their cells, and where the domain's leads.
    fn rows(&self) -> Vec<(Vec<&str>, &str)> {
        let rows = self.0.iter().enumerate().filter(|(_, it)| it.name == "tr").skip(1);
        rows.map(|(row, _)| {
            let inside = self.0[row + 1..].iter().take_while(|it| it.around.contains(&row));
            let cells = inside.clone().filter(|it| it.name == "th" || it.name == "td");
            let link = inside.clone().find_map(|it| it.attributes.get("href")).unwrap();
            (cells.map(|it| it.text.as_str()).collect(), &link[1..])
        })
        .collect()
    }
}

/// A text of the page as it is shown.
fn decode(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.strip_prefix('#').unwrap().split_once(';').unwrap();
        decoded.push(char::from_u32(number.parse().unwrap()).unwrap());
        decoded.push_str(rest);
    }
    decoded
}

/// dane-check in a world of its own.
struct Check {
    build: PathBuf,
    world: world::World,
    folder: PathBuf,
}

impl Check {
    fn new(name: &str) -> Option<Self> {
        let build = build()?;
        let (world, folder) = (world::World::start().unwrap(), scratch(name));
        fs::write(folder.join("anchor"), &world.anchor).unwrap();
        Some(Self { build, world, folder })
    }

    fn command(&self, program: &Path, arguments: &[&OsStr]) -> Command {
        let mut command = Command::new(program);
        command.args(["--nameserver", &self.world.dns.to_string(), "--trust-anchor"]);
        command.arg(self.folder.join("anchor"));
        command.args(["--port", &self.world.smtp_port.to_string()]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        self.command(&self.build.join("dane-check"), &arguments).output().unwrap()
    }

    /// The page of these domains.
    fn page(&self, arguments: &[&str]) -> Page {
        let file = self.folder.join("page.html");
        self.run(&[&["--html", file.to_str().unwrap()], arguments].concat());
        Page::parse(&fs::read_to_string(file).unwrap())
    }

    /// The files beside the anchor.
    fn files(&self) -> BTreeSet<String> {
        let files = fs::read_dir(&self.folder).unwrap();
        let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
        names.filter(|it| it != "anchor").collect()
    }
}

const UNAUTHENTICATED: &str = "goes out, nothing authenticated";

#[test]
fn each_action_has_plain_words_and_the_worst_comes_first() {
    let Some(check) = Check::new("page_words") else { return };
    let wanted = [
        ("null.test", "mail bounces", "domain does not accept mail", "none"),
        ("mismatch.test", "mail waits", "server certificate not trusted", "mx.mismatch.test"),
        ("tlsa-bogus.test", "mail waits", "TLSA lookup error", "mx.tlsa-bogus.test"),
        ("roots.test", "mail waits", "host or domain name not found", "none"),
        ("plain-none.test", "goes out without TLS", "tlsa-none", "mx.plain-none.test"),
        ("tlsa-none.test", UNAUTHENTICATED, "tlsa-none", "mx.tlsa-none.test"),
        (
            "good.unsigned.test",
            "server matches its TLSA records, MX records insecure",
            "mx-insecure",
            "mx.good.test",
        ),
        (
            "pkix-ta-only.test",
            "goes out over TLS, nothing authenticated",
            "tlsa-unusable",
            "mx.pkix-ta-only.test",
        ),
        ("mismatch-good.test", "server authenticated by DANE", "none", "mx.good.test"),
    ];
    let given: Vec<&str> = wanted.iter().rev().map(|it| it.0).collect();
    let page = check.page(&given);
    let rows = page.rows();
    assert_eq!(rows.len(), wanted.len());
    let mut rank = 0;
    for (cells, link) in &rows {
        let (place, row) = wanted.iter().enumerate().find(|it| it.1.0 == cells[0]).unwrap();
        assert_eq!(cells[1..], [row.1, row.2, row.3], "{}", row.0);
        let fates: Vec<&str> = wanted.iter().map(|it| it.1).collect();
        let fate = fates.iter().position(|it| *it == fates[place]).unwrap();
        assert!(fate >= rank, "{rows:?}");
        rank = fate;
        assert_eq!(page.by_id(link).name, "article");
        assert_eq!(page.by_id(&page.by_id(link).attributes["aria-labelledby"]).text, row.0);
        assert_eq!(page.of(row.0, "fate"), Some(row.1));
    }
    for (domain, broken) in [
        ("null.test", Some("MX recordssecureproven by DNSSECHere it ends")),
        ("mismatch.test", Some("Certificateunsuccessful")),
        ("tlsa-bogus.test", Some("TLSA recordsbogus")),
        ("roots.test", Some("MX recordssecure")),
        ("tlsa-none.test", Some("TLSA recordsnxdomainthere is noneHere DANE ends")),
        ("good.unsigned.test", Some("MX recordsinsecureoutside DNSSECHere DANE ends")),
        ("mismatch-good.test", Some("Certificateunsuccessful")),
    ] {
        let step = page.of(domain, "broken");
        assert!(
            step.zip(broken).is_some_and(|(step, it)| step.starts_with(it)),
            "{domain}: {step:?}"
        );
    }
    let todo = page.of("mismatch.test", "todo").unwrap();
    for part in [
        "Where it brokeCertificate of mx.mismatch.testserver certificate not trusted",
        "What to doThe MX host's owner must publish the record of the new key, or install the old one.",
        "renewed before its record",
    ] {
        assert!(todo.contains(part), "{todo}");
    }
    assert_eq!(page.of("mismatch-good.test", "todo"), None);
    let advice = page.of("mismatch-good.test", "advice").unwrap();
    assert!(advice.starts_with("To do: The MX host's owner must publish"), "{advice}");
    let counts = &page.0.iter().find(|it| it.has("counts")).unwrap().text;
    assert!(counts.starts_with("\nmail bounces: 1\nmail waits: 3\n"), "{counts}");
    assert_eq!(
        page.all("title")[0].text,
        "DANE check of 9 domains; mail bounces: 1; mail waits: 3"
    );
    let head = &page.all("header")[0].text;
    let version = env!("CARGO_PKG_VERSION");
    let port = check.world.smtp_port;
    for part in [
        &format!("by libdane-policy {version}. Level dane; "),
        &format!("DNSSEC: validated here (validate); port {port}."),
    ] {
        assert!(head.contains(part), "{head}");
    }
    let meta = page.of("mismatch.test", "meta").unwrap();
    for part in ["Leveldane\n", "Status code4.7.5\n", "DNS queries", " ms\n"] {
        assert!(meta.contains(part), "{meta}");
    }
}

#[test]
fn a_page_of_one_domain_has_no_summary_and_its_title_says_what_happens() {
    let Some(check) = Check::new("page_one") else { return };
    let page = check.page(&["good.test"]);
    assert_eq!(page.all("title")[0].text, "good.test: server authenticated by DANE");
    assert!(page.all("table").is_empty());
    let only_looked_up = check.page(&["--dns-only", "--dnssec", "trust-ad", "good.test"]);
    assert_eq!(only_looked_up.of("good.test", "fate"), Some("server must prove by DANE who it is"));
    let head = &only_looked_up.all("header")[0].text;
    assert!(head.contains("DNSSEC: as the resolver says (trust-ad)"), "{head}");
    assert!(!head.contains("as of"), "{head}");
    for (time, shown) in
        [("2000000000", "2033-05-18 03:33:20 UTC"), ("9223372036854775807", "9223372036854775807")]
    {
        let page = check.page(&["--time", time, "good.test"]);
        let head = &page.all("header")[0].text;
        let version = env!("CARGO_PKG_VERSION");
        let part = format!(" UTC by libdane-policy {version}, judged as of {shown}. Level ");
        assert!(head.contains(&part), "{head}");
    }
    let audit = check.page(&["--audit", "mismatch.test"]);
    assert_eq!(audit.of("mismatch.test", "fate"), Some("would wait, but audit lets it through"));
    assert!(audit.all("main")[0].text.contains("This is an audit: without it, mail would wait."));
    let many = check.page(&["twenty.test"]);
    let lanes: Vec<_> = many.0.iter().filter(|it| it.has("lane")).collect();
    assert_eq!(lanes.len(), 20);
    assert!(lanes[2].text.starts_with("mx3.twenty.testpreference 3server authenticated by DANE"));
    assert!(lanes[3].text.contains("not tried, a host before it takes the mail"), "{lanes:?}");
    let refused = check.page(&["good-bogus.test"]);
    let lane = refused.0.iter().rfind(|it| it.has("lane")).unwrap();
    assert!(lane.text.starts_with("mx.tlsa-bogus.testpreference 20not to this host"), "{lane:?}");
    let records = check.page(&["hundred.test"]);
    let records = records.of("hundred.test", "records").unwrap();
    assert!(records.split('\n').nth(1).unwrap().ends_with("matches the server's certificate"));
    assert!(records.ends_with("and 88 more\n"), "{records}");
}

/// Of a command line, of DNS, and of a mail server.
#[test]
fn names_of_strangers_are_no_markup() {
    let Some(check) = Check::new("page_strangers") else { return };
    let file = check.folder.join("page.html");
    let markup = "</title><script>alert(1)</script><a href='x' onclick=\"x\">&amp;%s%n<!--]]>.test";
    for (given, shown) in [
        (markup.as_bytes(), markup),
        (
            b"a\x1b[31m\r\n\t\x7f'\xff\xc3\xbc\xe2\x80\xae.test",
            "a\\x1b[31m\\x0d\\x0a\\x09\\x7f'\\xff\\xc3\\xbc\\xe2\\x80\\xae.test",
        ),
    ] {
        let arguments = ["--html".as_ref(), file.as_os_str(), OsStr::from_bytes(given)];
        check.command(&check.build.join("dane-check"), &arguments).output().unwrap();
        let page = Page::parse(&fs::read_to_string(&file).unwrap());
        let title = &page.all("title")[0].text;
        assert!(title.starts_with(&format!("{shown}: ")), "{title}");
        assert_eq!(page.all("h2")[0].text, shown);
        let way = page.0.iter().find(|it| it.has("way")).unwrap();
        assert_eq!(
            way.attributes["aria-label"],
            format!("The way from {shown} to the certificate")
        );
        let page = check.page(&[markup, "good.test"]);
        assert!(page.rows().iter().any(|(cells, _)| cells[0] == markup));
    }
    let page = check.page(&["markup-mx.test", "octets.test"]);
    let host = "</p><script>alert(\"x\")</script>&amp;'.markup-mx.test";
    assert_eq!(page.all("h3")[2].text, host);
    let said = format!("no STARTTLS offered: 250 {host}");
    assert!(page.of("markup-mx.test", "broken").unwrap().ends_with(&said));
    let records = page.0.iter().find(|it| it.has("records")).unwrap();
    assert_eq!(records.attributes["aria-label"], format!("TLSA records of {host}"));
    assert!(page.all("main")[0].text.contains(r"m\252\000x.target.octets.test"));
}

#[test]
fn every_case_of_the_world_has_a_page() {
    let Some(check) = Check::new("page_cases") else { return };
    let cases = check.world.cases.iter().filter(|it| !it.slow);
    let domains: BTreeSet<&str> = cases.map(|it| it.domain.as_str()).collect();
    let domains: Vec<&str> = domains.into_iter().collect();
    for level in ["dane", "dane-only", "off"] {
        let options = ["--level", level, "--jobs", "100", "--timeout", "10"];
        let page = check.page(&[&options, &domains[..]].concat());
        assert_eq!(page.rows().len(), domains.len());
    }
}

#[test]
fn the_page_is_whole_or_as_it_was() {
    let Some(check) = Check::new("page_file") else { return };
    let file = check.folder.join("page.html");
    let name = file.to_str().unwrap();
    let refused = |arguments: &[&str], status: i32, said: &str| {
        let output = check.run(&[arguments, &["a..b"]].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
        assert_eq!(text, format!("dane-check: {said}\n"));
        assert!(output.stdout.is_empty());
    };
    let no_folder = format!("{}/no/page.html", check.folder.display());
    let is_folder = check.folder.to_str().unwrap();
    let below = format!("{is_folder}/anchor/page.html");
    refused(
        &["--html", &no_folder],
        2,
        &format!("--html: '{no_folder}': No such file or directory"),
    );
    refused(&["--html", &below], 2, &format!("--html: '{below}': Not a directory"));
    refused(&["--html", is_folder], 2, &format!("--html: '{is_folder}': not a regular file"));
    refused(&["--html", "/dev/null"], 2, "--html: '/dev/null': not a regular file");
    refused(&["--html", ""], 2, "--html: '': No such file or directory");
    for form in ["--json", "--brief", "--full"] {
        let said = "--html: standard output is taken by --brief, --full or --json";
        refused(&["--html", "-", form], 2, said);
    }
    for other in [&["--query", "x"][..], &["--lint"]] {
        let said = "--html: --lint, --query and --self-test have no page";
        refused(&[&["--html", name], other].concat(), 2, said);
    }
    assert!(check.files().is_empty());

    // A disk that is full: a file may not grow beyond 512 octets, and the signal of that is not fatal.
    let on_a_full_disk = || {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]);
        let check = check.command(
            &check.build.join("dane-check"),
            &["--html".as_ref(), name.as_ref(), "a..b".as_ref()],
        );
        let output = command.arg(check.get_program()).args(check.get_args()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(stdout(&output).starts_with("a..b: defer "));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("dane-check: --html: '{name}': File too large\n"));
    };
    on_a_full_disk();
    assert!(check.files().is_empty());
    fs::write(&file, "as it was").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    on_a_full_disk();
    assert_eq!(fs::read_to_string(&file).unwrap(), "as it was");
    assert_eq!(check.files().len(), 1);

    // A link stays one, the file keeps who may read it, and standard output is what it is without a page.
    let link = check.folder.join("link.html");
    symlink("page.html", &link).unwrap();
    let output = check.run(&["--json", "--html", link.to_str().unwrap(), "a..b"]);
    assert_eq!(output.status.code(), Some(1));
    let without = |text: String| text.split("\"elapsed_ms\"").next().unwrap().to_owned();
    assert_eq!(without(stdout(&output)), without(stdout(&check.run(&["--json", "a..b"]))));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let page = fs::read_to_string(&file).unwrap();
    assert_eq!(Page::parse(&page).of("a..b", "fate"), Some("mail waits"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(check.files().len(), 2);

    let output = check.run(&["--html", "-", "a..b"]);
    assert_eq!(Page::parse(&stdout(&output)).of("a..b", "fate"), Some("mail waits"));
    let output = check.run(&["--html", "-", "--input", "/dev/null"]);
    assert_eq!((output.status.code(), Page::parse(&stdout(&output)).rows().len()), (Some(0), 0));
}

#[test]
fn a_thousand_domains_are_a_page_and_more_than_fit_are_counted() {
    let Some(check) = Check::new("page_thousand") else { return };
    let input = check.folder.join("domains");
    let names = (0..1000).map(|it| match it % 4 {
        0 => format!("n{it}.good.test\n"),
        1 => format!("n{it}..test\n"),
        2 => "mismatch.test\n".to_owned(),
        _ => "good.test\n".to_owned(),
    });
    fs::write(&input, names.collect::<String>()).unwrap();
    let input = input.to_str().unwrap();
    let page = check.page(&["--jobs", "50", "--input", input]);
    let rows = page.rows();
    let links: BTreeSet<&str> = rows.iter().map(|it| it.1).collect();
    assert_eq!((rows.len(), links.len(), page.all("article").len()), (1000, 1000, 1000));
    let title = "DANE check of 1000 domains; mail bounces: 250; mail waits: 500";
    assert_eq!(page.all("title")[0].text, title);

    let program = check.folder.join("small-page");
    let mut cc = Command::new(compiler());
    cc.args(STRICT)
        .args(["-DMAX_PAGE=50000", "-I"])
        .arg(root().join("include"))
        .arg("-o")
        .arg(&program);
    cc.arg(root().join("examples-c/dane-check.c")).arg("-L").arg(&check.build).arg("-ldane_policy");
    run(cc.arg(format!("-Wl,-rpath,{}", check.build.display())));
    let file = check.folder.join("small.html");
    let arguments = ["--input".as_ref(), input.as_ref(), "--html".as_ref(), file.as_os_str()];
    let output = check.command(&program, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("\nn996.good.test: "));
    let text = fs::read_to_string(&file).unwrap();
    assert!((50_000..70_000).contains(&text.len()), "{}", text.len());
    let page = Page::parse(&text);
    let left_out = 1000 - page.rows().len();
    let said =
        format!("The page is full: {left_out} more domains were checked, and are only counted.");
    assert!(left_out > 900 && page.all("main")[0].text.contains(&said));
    assert_eq!(page.all("title")[0].text, title);
}
