"""The documentation tells of everything there is, names nothing that is not there, and leads nowhere wrong."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from woodoo.cli.main import app
from woodoo.connections.settings import ConnectionSettings
from woodoo.flows.table import FLOWS
from woodoo.flows.topics import followed_topics

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "woodoo"
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", SOURCE / "README.md", *(ROOT / "docs").rglob("*.md")],
)
COMMANDS = (ROOT / "docs/reference/commands.md").read_text("utf-8")
SETTINGS = (ROOT / "docs/reference/settings.md").read_text("utf-8")
FLOWS_PAGE = (ROOT / "docs/reference/flows.md").read_text("utf-8")

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"\b(?:WOODOO_[A-Z_]+[A-Z]|DATABASE_URL)\b")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def all_commands() -> dict[str, click.Command]:
    """Every command a person sees, by its words: "connection add"."""
    found: dict[str, click.Command] = {}

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if not children:
            found[" ".join(words)] = command
        for name, child in (children or {}).items():
            if not child.hidden:
                walk(child, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


CLI = all_commands()


def options_of(command: click.Command) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of the same depth or above."""
    depth = len(heading) - len(heading.lstrip("#"))
    rest = text.split(heading, maxsplit=1)[1]
    return re.split(rf"^#{{1,{depth}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]


# Everything is told


@pytest.mark.parametrize("name", ConnectionSettings.model_fields)
def test_every_setting_of_a_connection_is_told(name: str) -> None:
    assert f"`{name}`" in first_cells(section(SETTINGS, "## Connection"))


def test_no_setting_is_told_that_is_not_there() -> None:
    table = section(SETTINGS, "## Connection").split("Addresses, keys")[0]
    told = {cell.strip("`") for cell in first_cells(table) if cell.startswith("`")}
    assert told == set(ConnectionSettings.model_fields)


def variables_of_the_service() -> set[str]:
    files = [file for file in SOURCE.rglob("*.py") if "sandbox" not in file.parts]
    quoted = re.compile(rf"\"({_VARIABLE.pattern})\"")
    return {name for file in files for name in quoted.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize("name", sorted(variables_of_the_service()))
def test_every_environment_variable_is_told(name: str) -> None:
    assert any(f"`{name}`" in cell for cell in first_cells(section(SETTINGS, "## Environment")))


def test_the_settings_module_lists_them_all_and_no_others() -> None:
    module = ast.parse((SOURCE / "settings.py").read_text("utf-8"))
    assert set(_VARIABLE.findall(ast.get_docstring(module) or "")) == variables_of_the_service()


def test_no_environment_variable_is_told_that_nobody_reads() -> None:
    code = "\n".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py"))
    told = {name for page in PAGES for name in _VARIABLE.findall(page.read_text("utf-8"))}
    assert {name for name in told if f'"{name}"' not in code} == set()


@pytest.mark.parametrize("name", CLI)
def test_every_command_is_told_with_all_its_options(name: str) -> None:
    heading = re.search(rf"^### `woodoo {re.escape(name)}[` ]", COMMANDS, re.MULTILINE)
    assert heading, f"there is no section `woodoo {name}`"
    told = section(COMMANDS, heading.group())
    if name == "web":  # shares its options with `run`
        told += section(COMMANDS, "### `woodoo run`")
    if name == "worker":
        told += section(COMMANDS, "### `woodoo run`")
    missing = {option for option in options_of(CLI[name]) - {"--help"} if f"`{option}`" not in told}
    assert missing == set()


def test_every_make_target_is_told() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert len(targets) > 5
    assert {target for target in targets if f"`make {target}`" not in COMMANDS} == set()


def test_every_flow_is_told_and_no_other() -> None:
    cells = first_cells(FLOWS_PAGE.split("\n## ", maxsplit=1)[0])
    assert {cell.strip("`") for cell in cells if cell.startswith("`")} == set(FLOWS)
    for flow in FLOWS.values():
        assert f"`{flow.lane}`" in FLOWS_PAGE
        assert f"\n## `{flow.name}`\n" in FLOWS_PAGE


def test_every_followed_topic_is_told() -> None:
    assert {topic for topic in followed_topics(ConnectionSettings()) if f"`{topic}`" not in FLOWS_PAGE} == set()


#: What goes wrong with a record, a connection or the service; commands explain their own refusals on the spot.
_ERRORS = {"ConfigError", "Conflict", "DataError", "NoRoute", "NotFound", "OutcomeUnknown", "Refused"}
_ERRORS |= {"RemoteDown", "RemoteError", "ResultLost", "SyncConflict", "WoodooError"}
_MESSAGES = " ".join((ROOT / "docs/reference/messages.md").read_text("utf-8").replace("*", "").split())


def fixed_parts(node: ast.expr) -> list[str]:
    """Return what of a message is the same every time, as far as it is long enough to be known again."""
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    return [part for text in texts if len(part := text.strip(" .,:;'(")) >= 10]


def messages() -> dict[str, list[str]]:
    """Every message of an error in the source: place → its fixed parts."""
    found = {}
    for file in SOURCE.rglob("*.py"):
        if "sandbox" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ERRORS and node.args:
                parts = fixed_parts(node.args[0])
                if parts:
                    found[f"{name_of(file)}:{node.lineno} {parts}"] = parts
    return found


def test_every_message_is_told() -> None:
    every = messages()
    assert len(every) > 100
    assert [place for place, parts in every.items() if not any(part in _MESSAGES for part in parts)] == []


# Nothing is named that is not there


def advised(text: str) -> Iterator[list[str]]:
    """Yield the words of each quoted `woodoo …` command line in a text; SQL's arguments are none."""
    for quoted in re.findall(r"(?:`|(?<!\()')woodoo ([a-z][^`'\n]*)[`']", text):
        yield quoted.split()


def wrong_in(words: list[str]) -> str:
    """Say what is wrong with a command line; nothing where there is such a command with such options."""
    name = max((one for one in CLI if one.split() == words[: len(one.split())]), key=len, default="")
    groups = {one.split()[0] for one in CLI if " " in one}
    if not name:
        return "" if words[:1] in [[group] for group in groups] and len(words) == 1 else "no such command"
    known = options_of(CLI[name]) | {"--help"}
    return ", ".join(word for word in words if word.startswith("--") and word.rstrip(".,;") not in known)


def blocks(text: str) -> Iterator[list[str]]:
    """Yield the words of each command line of `woodoo` in fenced blocks, continued lines joined, comments cut."""
    for fence in _FENCE.findall(text):
        for line in fence.replace("\\\n", " ").splitlines():
            if line.startswith("woodoo "):
                yield line.split("#")[0].split()[1:]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_only_commands_and_options_there_are(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = [*blocks(text), *advised(_FENCE.sub("", text))]
    assert {" ".join(words): wrong for words in lines if (wrong := wrong_in(words)) and words != ["COMMAND"]} == {}


def test_messages_and_pages_of_the_panel_advise_only_commands_there_are() -> None:
    files = [file for file in SOURCE.rglob("*") if file.suffix in {".py", ".html"}]
    wrong = {}
    for file in files:
        text = re.sub(r"</?code>", "`", file.read_text("utf-8"))
        for words in advised(text):
            if problem := wrong_in(words):
                wrong[f"{name_of(file)}: {' '.join(words)}"] = problem
    assert wrong == {}


def test_every_file_in_the_journey_is_there() -> None:
    text = (SOURCE / "README.md").read_text("utf-8")
    named = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            continue
        folder = SOURCE
        for token in re.findall(r"`([\w/]+\.(?:py|html))`", line.split("|")[2]):
            place = SOURCE / token if "/" in token else folder / token
            if not place.is_file() and "/" not in token:
                place = SOURCE / token
            assert place.is_file(), f"{token} is not there"
            folder, named = place.parent, named + 1
    assert named > 20


def test_the_list_of_packages_is_that_of_the_source() -> None:
    listed = re.search(r"```\n(.*?)```", (SOURCE / "README.md").read_text("utf-8"), re.DOTALL)
    assert listed
    told = {line.split()[0].rstrip("/") for line in listed.group(1).splitlines() if re.match(r"[a-z]+/", line)}
    there = {file.parent.name for file in SOURCE.glob("*/__init__.py")}
    assert told == there


# Links


def anchors_of(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "").strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
    return {f"{anchor}-{again}" if again else anchor for anchor, last in found.items() for again in range(last + 1)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


def test_pages_that_the_code_cites_are_there() -> None:
    cited = {
        (name_of(file), page)
        for file in SOURCE.rglob("*.py")
        for page in re.findall(r"\bdocs/[\w/-]+\.md", file.read_text("utf-8"))
    }
    assert cited
    assert {(file, page) for file, page in cited if not (ROOT / page).is_file()} == set()


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link)
        ahead += [(page.parent / link).resolve() for link in links if link]
    assert {name_of(page) for page in PAGES if page not in seen} == set()


# What the project's text leaves out


def texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every file of the project."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        file = ROOT / name
        if not name or not file.is_file():
            continue
        try:
            yield name, file.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # pictures, fonts


def test_no_file_names_a_package_registry_or_the_place_of_this_checkout() -> None:
    registries = [".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    places = [] if ROOT in (Path("/opt/woodoo"), Path("/")) else [f"{ROOT}/"]
    found = {(name, one) for name, text in texts() for one in (*registries, *places) if one in text}
    assert found == set()


def test_lock_files_hold_no_addresses() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    assert [lock.name for lock in locks if "://" in lock.read_text("utf-8")] == []
