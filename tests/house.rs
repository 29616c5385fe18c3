//! docs/house.dot is how the modules in `src/` use each other, and the committed drawings are of their sources. The files
//! of the lab and of the kit use each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Arrows = BTreeSet<(String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every source below a path, or the path itself; not those that are tests alone.
fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        let is_test =
            ["tests.rs", "hostile.rs", "altered.rs"].iter().any(|name| path.ends_with(name));
        return if is_test { Vec::new() } else { vec![path.to_owned()] };
    }
    let entries = fs::read_dir(path).unwrap();
    entries.flat_map(|entry| sources(&entry.unwrap().path())).collect()
}

/// The code of a source without comments, from its start to its unit tests, and without what is for fuzzing alone.
fn code(source: &Path) -> String {
    let text = read(source);
    let mut code = text.split("#[cfg(test)]\nmod ").next().unwrap().lines();
    let mut kept = String::new();
    while let Some(line) = code.next() {
        if line.trim() == "#[cfg(dane_policy_fuzzing)]" {
            code.find(|line| line.ends_with(';'));
        } else if !line.trim_start().starts_with("//") {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// Folders of `src/dns` that are rooms of their own.
const ROOMS_OF_DNS: [&str; 2] = ["wire", "proof"];

/// The room that a source, or a `crate::` path, belongs to.
fn room<'a>(mut path: impl Iterator<Item = &'a str>) -> String {
    let first = path.next().unwrap();
    let second = path.next().filter(|name| first == "dns" && ROOMS_OF_DNS.contains(name));
    second.unwrap_or(first).trim_end_matches(".rs").to_owned()
}

/// The code of every room.
fn rooms() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let mut rooms = BTreeMap::<_, Vec<_>>::new();
    let src = root().join("src");
    for source in sources(&src) {
        let path = source.strip_prefix(&src).unwrap().to_owned();
        let room = room(path.iter().map(|name| name.to_str().unwrap()));
        if room != "lib" {
            rooms.entry(room).or_default().push((path, code(&source)));
        }
    }
    rooms
}

/// Who uses whom, by `crate::` paths; and all rooms.
fn arrows_of_code() -> (Arrows, BTreeSet<String>) {
    let mut arrows = Arrows::new();
    let rooms = rooms();
    for (user, sources) in &rooms {
        for (path, code) in sources {
            assert!(!code.contains("crate::{"), "{}: one module a line", path.display());
            let hides_a_room = |name: &&&str| code.contains(&format!("super::{name}"));
            assert_eq!(ROOMS_OF_DNS.iter().find(hides_a_room), None, "{}", path.display());
            for used in code.split("crate::").skip(1) {
                let is_end = |c: char| !c.is_ascii_lowercase() && c != '_' && c != ':';
                let used = room(used.split(is_end).next().unwrap().split("::"));
                if used != *user {
                    arrows.insert((user.clone(), used));
                }
            }
        }
    }
    (arrows, rooms.into_keys().collect())
}

/// Paths such as `a::b`; those of a list in braces each by itself.
fn paths(code: &str) -> Vec<String> {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && !"_:".contains(c);
    let (mut paths, mut list) = (Vec::new(), String::new());
    for word in code.split_inclusive(is_end) {
        let path = list.clone() + word.trim_end_matches(is_end);
        if word.ends_with("::{") {
            list.clone_from(&path);
        } else if word.ends_with('}') {
            list.clear();
        }
        paths.push(path);
    }
    paths.retain(|path| path.contains("::"));
    paths
}

/// Which file of a crate uses which, by their paths; `resolve` makes one of the crate of a path in the module `from`.
fn arrows_of_files(
    crate_root: &str,
    resolve: impl Fn(&str, &str) -> Option<String>,
) -> (Arrows, Vec<PathBuf>) {
    let src = root().join(crate_root);
    let files = sources(&src);
    let modules: BTreeSet<String> = files.iter().map(|file| module(&src, file)).collect();
    let mut arrows = Arrows::new();
    for file in &files {
        let from = module(&src, file);
        for path in paths(&code(file)) {
            let Some(mut used) = resolve(&from, &path) else { continue };
            while !modules.contains(&used) {
                let end = used.rfind("::").expect("no file uses the root of its crate");
                used.truncate(end);
            }
            if used != from {
                arrows.insert((from.clone(), used));
            }
        }
    }
    (arrows, files)
}

/// The module that a file is, below the root of its crate.
fn module(src: &Path, file: &Path) -> String {
    let path = file.strip_prefix(src).unwrap().with_extension("");
    path.to_str().unwrap().replace('/', "::").trim_end_matches("::mod").to_owned()
}

/// In lab and kit by `crate::` paths, and by those to the modules below a file.
fn arrows_of_tool(src: &str) -> Arrows {
    let resolve = |from: &str, path: &str| {
        let is_relative = ["super::", "self::"].iter().any(|start| path.starts_with(start));
        assert!(!is_relative, "{from}: {path} does not start with crate::");
        let of_crate = path.strip_prefix("crate::").map(str::to_owned);
        Some(of_crate.unwrap_or_else(|| format!("{from}::{path}")))
    };
    arrows_of_files(src, resolve).0
}

/// In the library by `crate::` and `super::` paths; a folder's `mod.rs`, which opens it, apart.
fn arrows_of_library() -> Arrows {
    let resolve = |from: &str, path: &str| {
        let folder = from.rsplit_once("::").map_or("", |(folder, _)| folder);
        let of_crate = path.strip_prefix("crate::").map(str::to_owned);
        of_crate.or_else(|| Some(format!("{folder}::{}", path.strip_prefix("super::")?)))
    };
    let (mut arrows, files) = arrows_of_files("src", resolve);
    let folders = files.iter().filter(|file| file.ends_with("mod.rs"));
    let opening: BTreeSet<String> = folders.map(|file| module(&root().join("src"), file)).collect();
    arrows.retain(|(from, to)| !opening.contains(from) && !opening.contains(to));
    arrows
}

fn assert_no_circle(mut arrows: Arrows) {
    while !arrows.is_empty() {
        let users: BTreeSet<String> = arrows.iter().map(|(from, _)| from.clone()).collect();
        let left = arrows.len();
        arrows.retain(|(_, to)| users.contains(to));
        assert!(arrows.len() < left, "a circle among {arrows:?}");
    }
}

/// Lines `from -> to` and `from -> {to to}`.
fn arrows_of_dot(text: &str) -> Arrows {
    let mut arrows = Arrows::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let Some((from, to)) = line.split_once(" -> ") else { continue };
        let to = to.split(['[', ';']).next().unwrap().trim_matches(['{', '}', ' ']);
        arrows.extend(to.split(' ').map(|to| (from.to_owned(), to.to_owned())));
    }
    arrows
}

fn nodes_of_dot(text: &str) -> BTreeSet<String> {
    let words = text.lines().filter_map(|line| line.trim().split_once(" [label"));
    let nodes = words.map(|(name, _)| name.trim().to_owned());
    nodes.filter(|name| !name.contains(' ')).collect()
}

#[test]
fn the_arrows_are_those_of_the_code() {
    let drawn = read("docs/house.dot");
    let (arrows, modules) = arrows_of_code();
    assert!(arrows.len() > 20 && modules.len() > 10, "{modules:?}");
    assert_eq!(arrows_of_dot(&drawn), arrows);
    assert_eq!(nodes_of_dot(&drawn), modules);
}

#[test]
fn nobody_uses_a_module_that_uses_it() {
    assert_no_circle(arrows_of_code().0);
}

#[test]
fn no_two_files_of_the_library_use_each_other() {
    let arrows = arrows_of_library();
    assert!(arrows.len() > 150, "{arrows:?}");
    assert_no_circle(arrows);
}

#[test]
fn no_two_files_of_the_lab_or_the_kit_use_each_other() {
    for (src, least) in [("integrations/lab/src", 60), ("tests/kit/src", 30)] {
        let arrows = arrows_of_tool(src);
        assert!(arrows.len() > least, "{src}: {arrows:?}");
        assert_no_circle(arrows);
    }
}

/// Rooms whose outcome depends on their arguments alone.
const PURE: [&str; 9] =
    ["budget", "cause", "decide", "der", "proof", "text", "tlsa", "verify", "wire"];
/// What is none of an argument: clocks, sockets, files, the process, and who asks questions.
const IMPURE: [&str; 12] = [
    "Instant",
    "SystemTime",
    "std::env",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::process",
    "std::thread",
    "libc::",
    "tokio",
    "rustix",
    "Call",
];

#[test]
fn the_pure_rooms_have_nothing_but_their_arguments() {
    let rooms = rooms();
    for room in PURE {
        for (path, code) in &rooms[room] {
            let found = IMPURE.iter().find(|word| code.contains(*word));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}

/// Words for sockets and clocks, which one room has.
const OUTSIDE: [&str; 6] =
    ["Instant", "SystemTime", "rustix", "getrandom", "std::net::Tcp", "std::net::Udp"];

#[test]
fn sockets_clock_and_randomness_are_in_net_alone() {
    for (room, sources) in rooms() {
        for (path, code) in sources.iter().filter(|_| room != "net") {
            let found = OUTSIDE.iter().find(|word| code.contains(*word));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}

#[test]
fn the_drawings_are_of_their_sources() {
    for name in ["house", "pipeline"] {
        let svg = read(format!("docs/{name}.svg")).replace("&#45;", "-").replace("&gt;", ">");
        let titles = svg.split("<title>").skip(1).filter_map(|rest| rest.split("</title>").next());
        let arrows = titles.filter_map(|title| title.split_once("->"));
        let arrows: Arrows = arrows.map(|(from, to)| (from.to_owned(), to.to_owned())).collect();
        let source = read(format!("docs/{name}.dot"));
        assert_eq!(arrows, arrows_of_dot(&source), "run `make diagrams`");
        for label in source.split("label = \"").skip(1) {
            for line in label.split('"').next().unwrap().split("\\n") {
                assert!(svg.contains(&format!(">{line}</text>")), "{line}: run `make diagrams`");
            }
        }
    }
}
