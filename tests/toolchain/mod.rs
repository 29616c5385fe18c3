//! C programs in tests: the folder that `make` built into, the compiler, the world around a program.

#![allow(dead_code, reason = "each test uses some of it")]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const STRICT: [&str; 5] = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The folder that `make` built into; without it there is nothing to test.
pub fn build() -> Option<PathBuf> {
    let build = env::var_os("DANE_POLICY_BUILD").map(PathBuf::from);
    if build.is_none() {
        println!("skipped: run `make test`, which builds the library for C first");
    }
    build
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The two headers of the library.
pub fn headers() -> String {
    let read = |name| fs::read_to_string(root().join("include").join(name)).unwrap();
    ["dane_policy.h", "dane_policy_diagnosis.h"].map(read).concat()
}

/// The code in the headers' opening comments.
pub fn call_sequences() -> String {
    let mut is_code = false;
    let headers = headers();
    let lines = headers.lines().filter_map(|line| {
        is_code = line.starts_with(" * CALL SEQUENCE") || (is_code && line != " * RULES");
        line.strip_prefix(" *     ").filter(|_| is_code)
    });
    lines.map(|line| format!("{line}\n")).collect()
}

pub fn compiler() -> OsString {
    env::var_os("CC").unwrap_or_else(|| "cc".into())
}

/// That of the machine that the library is built for.
pub fn nm() -> Command {
    Command::new(env::var_os("NM").unwrap_or_else(|| "nm".into()))
}

/// Whether the C library is glibc, whose allocator and names of errors some programs call.
pub fn is_glibc() -> bool {
    if !cfg!(target_env = "gnu") {
        println!("skipped: only with glibc");
    }
    cfg!(target_env = "gnu")
}

/// A folder of its own for each test, emptied first.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[track_caller]
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    output
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Whether a tool can be run, whatever it makes of the option.
pub fn is_here(tool: &str) -> bool {
    // Under an emulator the child of one that is missing begins, and ends so.
    let output = Command::new(tool).arg("--version").output();
    output.is_ok_and(|output| output.status.code() != Some(127))
}

/// The same; CI must have every one.
pub fn have(tool: &str) -> bool {
    let found = is_here(tool);
    assert!(found || env::var_os("CI").is_none(), "{tool} is missing");
    if !found {
        println!("skipped: {tool} is not here");
    }
    found
}

/// Compiles a program twice: with the shared library, and with the static one.
pub fn compile(build: &Path, source: &str, folder: &Path) -> [PathBuf; 2] {
    compile_with(build, source, folder, "")
}

/// The same with flags for what else it uses.
pub fn compile_with(build: &Path, source: &str, folder: &Path, flags: &str) -> [PathBuf; 2] {
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let name = Path::new(source).file_stem().unwrap().to_str().unwrap();
    let programs = [folder.join(format!("{name}-shared")), folder.join(format!("{name}-static"))];
    let include = format!("-I{}", root().join("include").display());
    let base = |program: &Path| {
        let mut command = Command::new(compiler());
        command.args(STRICT).args(["-g", &include, "-I"]).arg(folder).arg("-o");
        command.arg(program).arg(root().join(source)).args(&flags);
        command
    };
    let rpath = format!("-Wl,-rpath,{}", build.display());
    run(base(&programs[0]).arg("-L").arg(build).args(["-ldane_policy", &rpath]));
    run(base(&programs[1]).arg(build.join("libdane_policy.a")).args(private_libraries(build)));
    programs
}

pub fn in_world(program: &Path, arguments: &[&str]) -> Output {
    let world = world_binary();
    run(Command::new(world).args(["run", "--"]).arg(program).args(arguments))
}

/// The world's program, beside the tests' own.
pub fn world_binary() -> PathBuf {
    let tests = env::current_exe().unwrap();
    let world = tests.parent().unwrap().parent().unwrap().join("world");
    assert!(world.exists(), "{} is not built: run `make test`", world.display());
    world
}

/// A library to load before all others: the machine then has the name of the environment's TEST_HOST_NAME.
pub fn host_name_library(folder: &Path) -> PathBuf {
    let text = "#include <stdlib.h>\n#include <string.h>\n\
        int gethostname(char *name, size_t size)\n\
        { strncpy(name, getenv(\"TEST_HOST_NAME\"), size); return 0; }\n";
    preloaded(folder, text)
}

/// A library to load before all others, whose functions take the place of others.
pub fn preloaded(folder: &Path, text: &str) -> PathBuf {
    let (source, library) = (folder.join("preloaded.c"), folder.join("preloaded.so"));
    fs::write(&source, text).unwrap();
    run(Command::new(compiler())
        .args(STRICT)
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source]));
    library
}

/// One that is asked before a file is opened, as std does, with glibc by open64: `body` may look at `path` and change it, or
/// return.
pub fn preloaded_open(folder: &Path, body: &str) -> PathBuf {
    let text = format!(
        "#define _GNU_SOURCE\n#include <errno.h>\n#include <fcntl.h>\n#include <stdarg.h>\n#include <stdio.h>\n\
         #include <stdlib.h>\n#include <string.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n\
         #ifndef __GLIBC__\n#define open64 open\n#endif\n\
         int open64(const char *path, int flags, ...);\n\
         int open64(const char *path, int flags, ...)\n\
         {{\n    va_list rest;\n    int mode;\n    va_start(rest, flags);\n    mode = va_arg(rest, int);\n    va_end(rest);\n\
         {body}\n    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);\n}}\n"
    );
    preloaded(folder, &text)
}

/// Where `make test` installed the libraries.
pub fn libraries(build: &Path) -> PathBuf {
    build.join("installed/opt/dane/lib64")
}

/// `Libs.private` of the installed pkg-config file: what the static library needs.
pub fn private_libraries(build: &Path) -> Vec<String> {
    let file = libraries(build).join("pkgconfig/dane-policy.pc");
    let file = fs::read_to_string(file).unwrap();
    let line = file.lines().find_map(|line| line.strip_prefix("Libs.private: ")).unwrap();
    line.split(' ').map(str::to_owned).collect()
}

/// What pkg-config says of the installed packages.
pub fn package_flags(build: &Path, arguments: &[&str]) -> String {
    let mut pkg_config = Command::new("pkg-config");
    pkg_config.env("PKG_CONFIG_PATH", libraries(build).join("pkgconfig"));
    pkg_config.env("PKG_CONFIG_SYSROOT_DIR", build.join("installed"));
    stdout(&run(pkg_config.args(["--cflags", "--libs"]).args(arguments)))
}

/// Flags for a library of the system; CI must have every one.
pub fn system_flags(package: &str) -> Option<String> {
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", package]).output().unwrap();
    if !flags.status.success() {
        assert!(env::var_os("CI").is_none(), "{package} is missing");
        println!("skipped: pkg-config finds no {package}");
        return None;
    }
    Some(stdout(&flags))
}

/// A program under valgrind, for [`instructions`] to run.
pub fn counted(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    command.arg(program);
    command
}

/// How many instructions it takes; None where there is nobody to count.
pub fn instructions(counted: &mut Command) -> Option<u64> {
    if !have("valgrind") {
        return None;
    }
    let output = counted.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once(" refs:"));
    let count = count.unwrap_or_else(|| panic!("{text}")).1.trim().replace(',', "");
    Some(count.parse().unwrap())
}
