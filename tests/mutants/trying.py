"""Runs test programs against one mutant after the other, some at a time."""
import collections
import json
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

# A mutant may count for ever, or fill the memory.
MEMORY = 6 << 30
# So many tests of a program that noticed other mutants of the file look first, alone.
NEAR = 8


def confined():
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Trial:
    """One run of one test program; ends at the first test that fails."""

    def __init__(self, program, folder, number, own, skipped):
        # Bodies with many variants have large frames.
        environment = dict(os.environ, ANXIN_MUTANT=str(number), RUST_MIN_STACK=str(64 << 20),
                           TMPDIR=str(own))
        own.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [program, "--test-threads", "1", *skipped], cwd=folder, env=environment, text=True,
            errors="replace", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            preexec_fn=confined)
        self.is_over = False

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def over(self):
        self.is_over = True
        self.kill()

    def ends(self, limit_s):
        """`passed`, `caught` or `timeout`, and the test by which."""
        clock = threading.Timer(limit_s, self.over)
        clock.start()
        last, has_failed = "", False
        for line in self.process.stdout:
            if line.startswith("test ") and not line.startswith("test result"):
                last = line.strip()
            has_failed = line.rstrip().endswith("... FAILED")
            if has_failed:
                self.kill()
                break
        self.process.stdout.close()
        code = self.process.wait()
        clock.cancel()
        # Children of the test program too.
        self.kill()
        if has_failed:
            return "caught", last
        if self.is_over:
            return "timeout", last
        return ("passed", "") if code == 0 else ("caught", f"ended with {code} after {last}")


class Bench:
    """Test programs, and the seconds after which each is taken to hang."""

    def __init__(self, programs, skipped, place, jobs):
        self.place, self.jobs, self.lock = place, jobs, threading.Lock()
        self.skipped = skipped
        times = []
        for program, folder in programs:
            begun = time.monotonic()
            found, by = Trial(program, folder, 0, place / "own", skipped).ends(3600)
            if found != "passed":
                sys.exit(f"mutants: without a mutant, {program}: {found} {by}")
            times.append(time.monotonic() - begun)
        # The quick ones first: most mutants don't live so long.
        self.programs = [(*programs[at], 15 + 4 * jobs * times[at])
                         for at in sorted(range(len(times)), key=times.__getitem__)]
        # By file and program, the tests that noticed a mutant of it last.
        self.near = collections.defaultdict(list)

    def looks(self, file):
        """What is run one after the other: tests that noticed others of this file, then all."""
        for program, folder, limit_s in self.programs:
            with self.lock:
                near = list(self.near[file, program])
            if near:
                yield program, folder, limit_s, ["--exact", *near]
        for program, folder, limit_s in self.programs:
            yield program, folder, limit_s, self.skipped

    def found(self, mutant, own):
        file = mutant["file"]
        for program, folder, limit_s, chosen in self.looks(file):
            found, by = Trial(program, folder, mutant["number"], own, chosen).ends(limit_s)
            shutil.rmtree(own, ignore_errors=True)
            if found == "caught" and by.startswith("test "):
                test = by.split()[1]
                with self.lock:
                    others = [one for one in self.near[file, program] if one != test]
                    self.near[file, program] = [test, *others][:NEAR]
            if found != "passed":
                return found, by
        return "missed", ""

    def all(self, mutants, known, note):
        """Tries each that is not known yet; `note` gets a line of JSON each, so that a run that is
        cut off goes on where it was. Gives what each was found to be."""
        outcomes, waiting = dict(known), queue.SimpleQueue()
        for mutant in mutants:
            if mutant["name"] not in outcomes:
                waiting.put(mutant)
        left = waiting.qsize()

        def work(own):
            nonlocal left
            while True:
                try:
                    mutant = waiting.get_nowait()
                except queue.Empty:
                    return
                found, by = self.found(mutant, own)
                with self.lock:
                    left -= 1
                    outcomes[mutant["name"]] = found
                    line = {"mutant": mutant["name"], "found": found, "by": by}
                    note.write(json.dumps(line, ensure_ascii=False) + "\n")
                    note.flush()
                    if found == "missed" or left % 100 == 0:
                        print(f"{left} left: {found} {mutant['name']}", file=sys.stderr, flush=True)

        workers = [threading.Thread(target=work, args=(self.place / f"own{job}",))
                   for job in range(self.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return outcomes
