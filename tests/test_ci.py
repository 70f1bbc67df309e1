"""`action.yml`, the template for GitLab and docs/ci.md: held to rules of safety, and their scripts run for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from analyzer.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step["name"]: step for step in STEPS if "run" in step}
GITLAB = list(yaml.safe_load_all((ROOT / "docs/ci/gitlab.yml").read_text(encoding="utf-8")))
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
CONTEXT = re.compile(r"\b(?:inputs|steps|runner|github|env|secrets|matrix|needs|vars)(?:\.[\w*-]+)+")
TRUSTED = re.compile(
    r"inputs\.[\w-]+|steps\.\w+\.outputs\.[\w-]+|runner\.(temp|os)"
    r"|github\.(token|action_path|sha|ref|event_name|event\.before|event\.merge_group\.base_sha"
    r"|event\.pull_request\.(number|(base|head)\.sha))"
)
"""What GitHub itself makes: hashes, numbers, names of events and folders.  Nothing that a stranger can write."""
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def texts(value: object) -> Iterator[str]:
    """Every string within a YAML value."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)


def contexts(value: object) -> set[str]:
    """What the expressions within a YAML value, and conditions, speak of."""
    parts = [inside for text in texts(value) for inside in EXPRESSION.findall(text)]
    if isinstance(value, dict) and "if" in value:
        parts.append(str(value["if"]))
    return {found for part in parts for found in CONTEXT.findall(part)}


def used_options(script: str) -> Iterator[tuple[str, str]]:
    """The commands of weighbridge that a script runs, each with an option that it is given."""
    joined = re.sub(r"\\\n\s*", " ", script)
    command = None
    for line in re.sub(r"\[\[.*?\]\]", "", joined).splitlines():
        begun = re.search(r"(?:arguments=\(|(?:^|[\s-] ?)weighbridge )(\w+)(?: |\)|$)", line)
        if begun is not None and not line.lstrip().startswith("#"):
            command = begun[1]
            yield command, "--help"
        if command is not None and (begun is not None or "arguments+=" in line):
            for option in re.findall(r"(?<=[\s(])--?[a-z][\w-]*", line):
                yield command, option


# ---------------------------------------------------------------- the action, read


def test_inputs_are_declared_described_and_used() -> None:
    used = {name.split(".")[1] for step in STEPS for name in contexts(step) if name.startswith("inputs.")}
    assert used == set(ACTION["inputs"])
    assert all(given["description"] and "default" in given for given in ACTION["inputs"].values())


def test_steps_speak_of_steps_before_them_and_of_outputs_these_write() -> None:
    written: dict[str, str] = {}
    for step in STEPS:
        for name in contexts(step):
            if name.startswith("steps."):
                _, of, _, output = name.split(".")
                assert of in written, f"{step.get('name')}: {name}"
                assert f"{output}=" in written[of] or of == "python"
        if "id" in step:
            written[step["id"]] = step.get("run", "")
    assert {name.split(".")[1] for name in contexts(ACTION["outputs"])} <= set(written)


def test_nothing_that_a_stranger_writes_is_in_any_expression() -> None:
    for step in STEPS:
        assert {name for name in contexts(step) if not TRUSTED.fullmatch(name)} == set(), step.get("name")
    given = contexts(ACTION["inputs"]) | contexts(ACTION["outputs"])
    assert {name for name in given if not TRUSTED.fullmatch(name)} == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_gets_its_values_by_its_environment_alone(name: str) -> None:
    script = SCRIPTS[name]["run"]
    assert "${{" not in script
    assert SCRIPTS[name]["shell"] == "bash"
    given = set(SCRIPTS[name].get("env", {}))
    assert {variable for variable in given if f"${variable}" not in script} <= {
        "GITHUB_TOKEN", "WEIGHBRIDGE_CACHE_DIR", "GIT_LFS_SKIP_SMUDGE",
    }  # fmt: skip
    own = set(re.findall(r"(?:^|\s|\(\()(\w+) ?=", script)) | set(re.findall(r"(?:for|read -r) (\w+)", script))
    asked = set(re.findall(r"\$\{?([A-Za-z_]\w*)", script)) - own
    assert asked <= given | {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}
    assert subprocess.run(["bash", "-n", "-c", script], check=False).returncode == 0


def test_what_is_printed_as_a_workflow_command_holds_no_values() -> None:
    for step in SCRIPTS.values():
        for line in step["run"].splitlines():
            assert "::" not in line or "$" not in line


def test_python_never_imports_from_the_repository() -> None:
    started = [
        line for step in SCRIPTS.values() for line in step["run"].splitlines() if re.search(r'"\$(PYTHON|own)" ', line)
    ]
    assert len(started) >= 5
    assert all(re.search(r'"\$(PYTHON|own)" -I -m', line) for line in started)


def test_actions_are_pinned_to_commits() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", name) for name in used)


def test_only_trusted_events_keep_a_cache() -> None:
    (saving,) = [step for step in STEPS if "cache/save" in step.get("uses", "")]
    assert 'contains(fromJSON(\'["push", "pull_request"]\'), github.event_name)' in saving["if"]


def test_the_head_is_never_checked_out_nor_installed() -> None:
    text = "\n".join(step["run"] for step in SCRIPTS.values())
    assert not re.search(r"git (checkout|switch|worktree|submodule|merge|pull|reset|stash)(?![\w-])", text)
    assert re.findall(r"pip install.*", text) == ['pip install --quiet --disable-pip-version-check "$ACTION"']


# ---------------------------------------------------------------- what scripts and pages say of weighbridge


def all_scripts() -> list[str]:
    jobs = [job for job in GITLAB[1].values() if "script" in job]
    fences = [text for language, text in FENCE.findall(PAGE) if language == "sh"]
    return [step["run"] for step in SCRIPTS.values()] + ["\n".join(job["script"]) for job in jobs] + fences


def test_every_command_and_option_in_a_script_exists() -> None:
    used = {pair for script in all_scripts() for pair in used_options(script)}
    assert {"comment", "check", "scan", "diff"} <= {command for command, _ in used}
    for command, option in sorted(used):
        if command in COMMANDS and option != "--help":
            known = {name for parameter in COMMANDS[command].params for name in parameter.opts}
            assert option in known, f"weighbridge {command} {option}"


def test_the_page_shows_each_in_ten_lines() -> None:
    fences = FENCE.findall(PAGE)
    assert [language for language, _ in fences].count("yaml") == 3
    for language, text in fences:
        if language == "yaml":
            assert isinstance(yaml.safe_load(text), dict)
        if language == "sh":
            assert subprocess.run(["bash", "-n", "-c", text], check=False).returncode == 0
        if language != "text":
            assert len(text.splitlines()) <= 10


def test_the_page_gives_inputs_that_there_are() -> None:
    github, gitlab, hooks = (yaml.safe_load(text) for language, text in FENCE.findall(PAGE) if language == "yaml")
    (step,) = [step for step in github["jobs"]["weighbridge"]["steps"] if "weighbridge" in step["uses"]]
    assert set(step["with"]) <= set(ACTION["inputs"])
    (included,) = gitlab["include"]
    assert set(included["inputs"]) <= set(GITLAB[0]["spec"]["inputs"])
    assert (ROOT / included["file"]).is_file()
    ids = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= ids


def test_the_template_uses_the_inputs_that_it_declares() -> None:
    declared, jobs = GITLAB
    used = {name for text in texts(jobs) for name in re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", text)}
    assert used == set(declared["spec"]["inputs"])
    for job in jobs.values():
        for text in (*job.get("script", []), *job.get("before_script", [])):
            assert "$[[" not in text, "inputs come by variables, for a script would read them as its own text"
            assert subprocess.run(["bash", "-n", "-c", text], check=False).returncode == 0


# ---------------------------------------------------------------- the action's scripts, run


@dataclass
class Job:
    """A job in a scratch clone; `python` takes the place of the action's own and writes down how it was called."""

    folder: Path
    work: Path
    environment: Mapping[str, str]

    def run(self, name: str, **values: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        output = self.folder / "output"
        output.write_text("", encoding="utf-8")
        environment = {**self.environment, "GITHUB_OUTPUT": str(output), **values}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", SCRIPTS[name]["run"]],
            cwd=self.work, env=environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        pairs = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
        return done, {key: value for key, _, value in pairs}

    def calls(self) -> list[list[str]]:
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def git(folder: Path, *arguments: str, stdin: str | None = None) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {
        **clean, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    }  # fmt: skip
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=stdin, capture_output=True, encoding="utf-8", check=True
    ).stdout.strip()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A clone of depth 1 of `origin`, whose pull request left main 120 commits ago."""
    origin, work = tmp_path / "origin", tmp_path / "work"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    stream = []
    for number in range(1, 241):
        branch = "refs/heads/main" if number <= 180 else "refs/pull/7/head"
        above = 120 if number == 181 else number - 1
        parent = f"from :{above}\n" if above else ""
        person = f"committer a <a@b> {1_000_000 + number} +0000"
        file = f"M 100644 inline net.py\ndata 1\n{number % 10}\n"
        stream.append(f"commit {branch}\nmark :{number}\n{person}\ndata 1\nx\n{parent}{file}\n")
    git(origin, "fast-import", "--quiet", stdin="".join(stream))
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin}", str(work))
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"with open({str(tmp_path / 'calls')!r}, 'a') as calls:\n    calls.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "if os.environ.get('STATUS'):\n    sys.exit(int(os.environ['STATUS']))\n"
        f"sys.path.insert(0, {str(ROOT)!r})\nsys.argv[:] = ['weighbridge', *sys.argv[4:]]\n"
        "if sys.argv[1] == 'check':\n    from analyzer.cli import main\n    main()\n",
        encoding="utf-8",
    )
    python.chmod(0o755)
    folder = tmp_path / "weighbridge"
    folder.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHON": str(python), "FOLDER": str(folder), "PATHS": "", "FAIL_ON": "", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    return Job(tmp_path, work, environment)


FETCH, COMPARE, COMMENT = "Fetch both commits and what they have in common", "Compare", "Comment"
CHECK, FAIL = "Check the head by the base's configuration", "Fail where a budget failed"


def test_a_shallow_clone_is_deepened_to_where_the_branches_part(job: Job) -> None:
    origin = job.folder / "origin"
    base, head = git(origin, "rev-parse", "main"), git(origin, "rev-parse", "refs/pull/7/head")
    done, outputs = job.run(FETCH, BASE=base, HEAD=head)
    assert (done.returncode, outputs) == (0, {"base": base, "head": head})
    assert git(job.work, "merge-base", base, head) == git(origin, "merge-base", base, head)
    assert git(job.work, "rev-parse", "HEAD") == base
    assert git(job.work, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "base", ["", "0" * 40, "main", "$(touch stolen)", "a" * 40 + "; touch stolen", "--upload-pack=x"]
)
def test_without_a_base_nothing_is_compared(job: Job, base: str) -> None:
    done, outputs = job.run(FETCH, BASE=base, HEAD="b" * 40)
    assert (done.returncode, outputs) == (0, {})
    assert done.stdout.startswith("::notice title=weighbridge::Nothing to compare with")
    assert not list(job.folder.glob("**/stolen"))


def test_a_base_that_is_gone_ends_the_step(job: Job) -> None:
    done, outputs = job.run(FETCH, BASE="a" * 40, HEAD="b" * 40)
    assert done.returncode != 0
    assert outputs == {}


def test_paths_and_options_arrive_as_they_are(job: Job) -> None:
    paths = "src\n\n  \nmy models/$(touch stolen)\n*.py\n--config=evil.toml\n"
    done, outputs = job.run(COMPARE, BASE="a" * 40, HEAD="b" * 40, PATHS=paths, FAIL_ON="1%; touch stolen")
    assert done.returncode == 0
    assert outputs == {"comment": f"{job.folder}/weighbridge/comment.md", "failed": "false"}
    (call,) = job.calls()
    assert call[:4] == ["-I", "-m", "analyzer", "diff"]
    assert call[call.index("--fail-on") + 1] == "1%; touch stolen"
    after = call[call.index("--") + 1 :]
    assert after == ["a" * 40, "b" * 40, "src", "my models/$(touch stolen)", "*.py", "--config=evil.toml"]
    assert not list(job.folder.glob("**/stolen"))


@pytest.mark.parametrize(("status", "ends", "failed"), [("1", 0, "true"), ("2", 2, None)])
def test_a_budget_that_fails_is_told_before_the_job_fails(job: Job, status: str, ends: int, failed: str | None) -> None:
    done, outputs = job.run(COMPARE, BASE="a" * 40, HEAD="b" * 40, STATUS=status)
    assert (done.returncode, outputs.get("failed")) == (ends, failed)
    assert job.run(FAIL)[0].returncode == 1


def test_the_comment_is_posted_on_the_number_alone(job: Job) -> None:
    values = {"NUMBER": "7", "BEHAVIOR": "update", "SILENT_BELOW": "", "COMMENT": "c.md", "IN_SUMMARY": "true"}
    assert job.run(COMMENT, **values, STATUS="")[0].returncode == 0
    assert job.run(COMMENT, **{**values, "SILENT_BELOW": "1%"})[0].returncode == 0
    plain, silent = job.calls()
    assert plain[3:] == ["comment", "github", "--pr", "7", "--behavior", "update", "--body", "c.md"]
    assert silent[3:] == [*plain[3:], "--silent-below", "1%"]


BAD = "import torch.nn.functional as F\n\ndef one(x):\n    return F.softmax(x)\n"


@pytest.fixture
def commit(job: Job) -> Callable[[Mapping[str, str], Mapping[str, str]], str]:
    """Makes a commit of files and links in the job's clone, without touching its work tree."""

    def make(files: Mapping[str, str], links: Mapping[str, str]) -> str:
        entries = []
        for mode, of in (("100644", files), ("120000", links)):
            for name, text in of.items():
                blob = git(job.work, "hash-object", "-w", "--stdin", stdin=text)
                entries.append(f"{mode} {blob}\t{name}\n")
        index = {"GIT_INDEX_FILE": str(job.folder / "index")}
        environment = {**os.environ, **index}
        run = {"cwd": job.work, "env": environment, "encoding": "utf-8", "check": True, "capture_output": True}
        subprocess.run(["git", "read-tree", "--empty"], **run)  # type: ignore[call-overload]
        subprocess.run(["git", "update-index", "--index-info"], input="".join(entries), **run)  # type: ignore[call-overload]
        tree = subprocess.run(["git", "write-tree"], **run).stdout.strip()  # type: ignore[call-overload]
        return git(job.work, "commit-tree", tree, "-m", "x")

    return make


def test_findings_of_the_head_are_judged_by_the_base(
    job: Job, commit: Callable[[Mapping[str, str], Mapping[str, str]], str]
) -> None:
    (job.folder / "secret.py").write_text("TOKEN = 'hunter2' nonsense\n", encoding="utf-8")
    harm = "import pathlib\npathlib.Path(__file__).with_name('stolen').touch()\n"
    base = commit({"weighbridge.toml": 'per-file-ignores = {"old.py" = ["ALL"]}\n', "old.py": BAD}, {})
    head = commit(
        {
            "weighbridge.toml": 'ignore = ["ALL"]\n',
            "pyproject.toml": '[tool.weighbridge]\nignore = ["ALL"]\n',
            "old.py": BAD, "new.py": BAD, "analyzer.py": harm, "sitecustomize.py": harm, "conftest.py": harm,
        },
        {"linked.py": str(job.folder / "secret.py"), "up": "../.."},
    )  # fmt: skip
    done, outputs = job.run(CHECK, BASE=base, HEAD=head, PATHS="linked.py\n.\n")
    assert done.returncode == 0, done.stderr
    text = Path(outputs["sarif"]).read_text(encoding="utf-8")
    found = json.loads(text)["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in found]
    assert places == ["new.py"]
    assert "hunter2" not in text + done.stdout + done.stderr
    assert not list(job.folder.glob("**/stolen"))
    assert git(job.work, "status", "--porcelain") == ""


@pytest.mark.parametrize("config", ["pyproject.toml", None])
def test_other_configurations_of_the_base(
    job: Job, commit: Callable[[Mapping[str, str], Mapping[str, str]], str], config: str | None
) -> None:
    base = commit({config: '[tool.weighbridge]\nignore = ["WBT"]\n'} if config else {"a.py": ""}, {})
    head = commit({"src/new.py": BAD, "other/new.py": BAD, "src/weighbridge.toml": 'ignore = ["ALL"]\n'}, {})
    done, outputs = job.run(CHECK, BASE=base, HEAD=head, PATHS="src")
    assert done.returncode == 0, done.stderr
    found = json.loads(Path(outputs["sarif"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(found) == (0 if config else 1)
