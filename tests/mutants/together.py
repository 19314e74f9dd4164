"""Many mutants in one program: a changed function holds every variant of its body, and the
environment (ANXIN_MUTANT) says which one runs. Only what cargo-mutants lists is changed.

A build of the workspace takes minutes and a test seconds: so all mutants of a part are tried in
the time that a few builds take. What can't be built like that (a constant, a `const fn` that a
constant needs) is left to cargo-mutants, one at a time.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

SWITCH = """
/// Which mutant runs.
#[doc(hidden)]
#[must_use]
pub fn mutant_on() -> u32 {
    static ON: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    let number = || std::env::var("ANXIN_MUTANT").ok().and_then(|on| on.parse().ok());
    *ON.get_or_init(|| number().unwrap_or(0))
}
"""


class Text:
    """A file whose places are told as line and column, from 1 on."""

    def __init__(self, text):
        self.text = text
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def place(self, at):
        return self.starts[at["line"] - 1] + at["column"] - 1

    def span(self, told):
        return self.place(told["span"]["start"]), self.place(told["span"]["end"])


def body_of(text, start):
    """Where a function's body begins: at the first brace outside of all other brackets."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in "([") - (text[at] in ")]")
        if text[at] == "{" and depth == 0:
            return at
    raise ValueError(f"no body after {text[start:start + 80]!r}")


def by_function(source, mutants):
    """Mutants by the outermost function that holds them, in the order of the file."""
    outermost = []
    for start, end in sorted({source.span(mutant["function"]) for mutant in mutants}):
        if not outermost or start >= outermost[-1][1]:
            outermost.append((start, end))
    held = {span: [] for span in outermost}
    for mutant in mutants:
        at, _ = source.span(mutant)
        held[next(span for span in outermost if span[0] <= at < span[1])].append(mutant)
    return held


def one_type(head):
    """The head, what stands before and behind the variants of its body, and around each: of an
    `impl Iterator` each has its own type, which a box hides. It holds what was borrowed so long."""
    told = re.search(r"->\s*impl\s+(Iterator<.*>)", head, re.DOTALL)
    if not told:
        return head, "", "", lambda body: body
    given, then = head[:told.start()], head[told.start():]
    if given.count("&") > 1 and "'" not in given:
        given = re.sub(r"\bfn\s+(\w+)\(", r"fn \1<'one>(", given.replace("&", "&'one "))
    before = f"let boxed: Box<dyn {told.group(1)} + '_> = "
    return given + then, before, "; boxed", lambda body: f"Box::new({body}),"


class Written:
    """A file with variants: its text, whose each line is, and which functions were `const`."""

    def __init__(self, text, mutants, stays_const):
        self.text, self.of_line, self.was_const = "", [], set()
        source, written = Text(text), 0
        for (start, end), held in by_function(source, mutants).items():
            begins = body_of(text, start)
            head, body = text[start:begins], text[begins:end]
            const = re.search(r"\bconst\s+fn\s+(\w+)", head)
            if const and const.group(1) in stays_const:
                continue
            if const:
                self.was_const.add(const.group(1))
                head = re.sub(r"\bconst\s+fn\b", "fn", head, count=1)
            head, before, behind, whole = one_type(head)
            self.add(text[written:start] + head + "{ " + before + "match crate::mutant_on() {\n")
            for mutant in held:
                first, last = (at - begins for at in source.span(mutant))
                changed = body[:first] + mutant["replacement"] + body[last:]
                self.add(f"{mutant['number']} =>\n{whole(changed)}\n", mutant["number"])
            self.add(f"_ =>\n{whole(body)}\n}}{behind}}}")
            written = end
        self.add(text[written:])

    def add(self, piece, number=None):
        self.text += piece
        self.of_line += [number] * piece.count("\n")


def numbers(written, spans):
    """The mutants that places of the written files belong to."""
    found = set()
    for span in spans:
        file, line = written.get(span["file_name"]), span["line_start"] - 1
        if file and line < len(file.of_line):
            found.add(file.of_line[line])
    return found - {None}


def can_vary(function):
    """Not so a constant, and not a function of whose `impl Trait` each variant has its own type."""
    told = "" if function is None else function["return_type"].replace("impl Iterator<", "")
    return function is not None and "impl " not in told


class Workshop:
    """A copy of the workspace, its mutants and the programs built from it."""

    def __init__(self, root, place, mutants, tests):
        self.tree, self.target = place / "tree", place.parent / "together"
        # What stands behind -- is for the test programs.
        end = tests.index("--") if "--" in tests else len(tests)
        self.tests, self.skipped = tests[:end], tests[end + 1:]
        self.mutants = [one for one in mutants if can_vary(one["function"])]
        self.apart = [one for one in mutants if not can_vary(one["function"])]
        self.unviable = []
        self.stays_const = set()
        if self.tree.exists():
            shutil.rmtree(self.tree)
        own = ("target", ".git")
        shutil.copytree(root, self.tree, symlinks=True, ignore=lambda folder, names: [
            name for name in names if folder == str(root) and name in own])
        # Tests look for the collected material beside the workspace.
        beside = place / "shared"
        if not beside.is_symlink():
            beside.symlink_to(root.parent / "shared")
        # The switch stands in the library of each crate, whether a mutant does or not.
        files = {one["file"] for one in mutants}
        files |= {name.split("/src/")[0] + "/src/lib.rs" for name in files}
        self.plain = {name: (self.tree / name).read_text() for name in sorted(files)}

    def build(self):
        """Builds, leaving out what can't be built; gives the test programs and their folders."""
        while True:
            written = self.write()
            built, errors, programs = self.compile()
            if built:
                inside = {number for one in written.values() for number in one.of_line}
                self.leave_out({one["number"] for one in self.mutants} - inside, self.apart)
                return programs
            self.mend(written, errors)

    def write(self):
        by_file = collections.defaultdict(list)
        for mutant in self.mutants:
            by_file[mutant["file"]].append(mutant)
        written = {}
        for name, plain in self.plain.items():
            written[name] = Written(plain, by_file[name], self.stays_const)
            text = written[name].text
            if name.endswith("/src/lib.rs"):
                text += SWITCH
            path = self.tree / name
            if path.read_text() != text:
                path.write_text(text)
        return written

    def compile(self):
        environment = dict(os.environ, CARGO_TARGET_DIR=str(self.target),
                           CARGO_PROFILE_DEV_DEBUG="0", CARGO_INCREMENTAL="0",
                           # The runs take longer than the build.
                           CARGO_PROFILE_DEV_OPT_LEVEL="1")
        command = ["cargo", "test", "--no-run", "--message-format=json", "--quiet", *self.tests]
        ended = subprocess.run(command, cwd=self.tree, env=environment, text=True, check=False,
                               capture_output=True)
        errors, programs = [], []
        for told in map(json.loads, ended.stdout.splitlines()):
            if told["reason"] == "compiler-message" and told["message"]["level"] == "error":
                errors.append(told["message"])
            if told["reason"] == "compiler-artifact" and told["profile"]["test"]:
                folder = str(pathlib.Path(told["manifest_path"]).parent)
                programs += [(told["executable"], folder)] if told["executable"] else []
        if ended.returncode and not errors:
            sys.exit(f"mutants: the copy does not build\n{ended.stderr}")
        return ended.returncode == 0, errors, programs

    def mend(self, written, errors):
        """Leaves out the variants that an error points at."""
        apart, unviable, const = set(), set(), set()
        for error in errors:
            code = (error["code"] or {}).get("code")
            # The value that cargo-mutants proposes does not exist: alone it would not build either.
            no_default = code in ("E0277", "E0599") and "Default" in error["rendered"]
            named = re.search(r"`([^`]*)` in const", error["message"])
            if code == "E0015" and named:
                const.add(named.group(1).rsplit("::", 1)[-1])
            of_error = unviable if no_default else apart
            of_error |= numbers(written, [one for one in error["spans"] if one["is_primary"]])
        was_const = set().union(*(one.was_const for one in written.values()))
        const &= was_const - self.stays_const
        if not apart | unviable | const:
            # The types of two variants differ, and the error points at the unchanged one.
            for error in errors:
                apart |= numbers(written, error["spans"])
        if not apart | unviable | const:
            sys.exit("mutants: " + "\n".join(error["rendered"] for error in errors[:9]))
        self.stays_const |= const
        self.leave_out(unviable, self.unviable)
        self.leave_out(apart - unviable, self.apart)
        print(f"built anew without {len(apart | unviable)}", file=sys.stderr, flush=True)

    def leave_out(self, numbers, to):
        to += [one for one in self.mutants if one["number"] in numbers]
        self.mutants = [one for one in self.mutants if one["number"] not in numbers]
