"""`ctx new`: write a profile, asking only what its way to sign in needs."""

from __future__ import annotations

import os

from ctx.claude.conflicts import find as find_conflicts
from ctx.claude.model import ERROR, WARNING
from ctx.claude.verdict import sentence
from ctx.cli import claude_view, new_anthropic, new_clouds
from ctx.cli.automatic import shown_place
from ctx.cli.choose import answer
from ctx.cli.claude_profile import by_name, sketch
from ctx.cli.invocation import Invocation, complain
from ctx.cli.new_answers import Answers
from ctx.cli.new_anthropic import Making
from ctx.cli.new_draft import Draft, assign, wrong_assignment
from ctx.cli.new_keys import Keys
from ctx.cli.spec import ANY, ARGUMENT, FLAG, OPTION, Param
from ctx.config import load, nearest, parse
from ctx.edit import Document, edit
from ctx.errors import CtxError, RefusedError, UsageError, typed
from ctx.files import PROFILES, private_directory
from ctx.model import Config
from ctx.names import is_profile_name
from ctx.packages import ensure
from ctx.plan import summary
from ctx.resolve import check_method, merged, method_of
from ctx.schema import COLORS
from ctx.signin_guide import GENERAL, GUIDES
from ctx.visible import visible

HELP = """Write a new profile into profiles.toml.

At a terminal it asks how Claude Code is to sign in there, and then only what that needs. Every answer is an option too.
Keys go into the secret store, never into the file. NAME=value sets further variables; with those alone, or with
--auth none, the profile is not about Claude Code."""

PARAMS = (
    Param(ARGUMENT, "name", "What to call the profile."),
    Param(ANY, "assignments", "Further variables, as NAME=value. No credentials."),
    Param(OPTION, "auth", "How Claude Code signs in: a method, or none."),
    Param(OPTION, "credential", "What it signs in with, where the method has several ways."),
    Param(OPTION, "profile", "AWS profile, or profile of the ant CLI."),
    Param(OPTION, "region", "Region of the cloud."),
    Param(OPTION, "project", "Google Cloud project."),
    Param(OPTION, "resource", "Foundry resource."),
    Param(OPTION, "workspace", "Workspace of Claude Platform."),
    Param(OPTION, "base_url", "Address of a gateway or of a Foundry resource."),
    Param(OPTION, "key_file", "Google credential file."),
    Param(OPTION, "config_dir", "CLAUDE_CONFIG_DIR: a directory for this account alone."),
    Param(FLAG, "sso", "Sign in through the organization's single sign-on."),
    Param(OPTION, "email", "Address to sign in with."),
    Param(OPTION, "secret", "Name of the key's secret: one that is kept, or what to call the new one."),
    Param(FLAG, "key_stdin", "Read the key from standard input."),
    Param(OPTION, "key_from_env", "Take the key from this variable."),
    Param(OPTION, "to", "Where to keep the key: keyring or file."),
    Param(FLAG, "force", "Keep the key even if it looks like another kind of credential."),
    Param(OPTION, "model", "The model to use."),
    Param(OPTION, "opus", "Model or deployment that opus stands for."),
    Param(OPTION, "sonnet", "Model or deployment that sonnet stands for."),
    Param(OPTION, "haiku", "Model or deployment that haiku stands for."),
    Param(OPTION, "description", "One line for people."),
    Param(OPTION, "payer", "Who pays."),
    Param(OPTION, "alias", "Other names, with commas between."),
    Param(OPTION, "color", "Colour of the prompt segment."),
    Param(OPTION, "login", "The command that signs in, in place of the usual one."),
    Param(FLAG, "protect", "Ask before it is used."),
    Param(FLAG, "print", "Show what would be written, and write nothing."),
)


def _general(_new: Making) -> None:
    """A profile of variables alone, which `assign` sets."""


BUILDERS = {
    "subscription": new_anthropic.subscription,
    "oauth-token": new_anthropic.oauth_token,
    "console": new_anthropic.console,
    "gateway": new_anthropic.gateway,
    "api-key-helper": new_anthropic.api_key_helper,
    "anthropic-profile": new_anthropic.anthropic_profile,
    "bedrock": new_clouds.bedrock,
    "mantle": new_clouds.mantle,
    "anthropic-aws": new_clouds.anthropic_aws,
    "vertex": new_clouds.vertex,
    "anthropic-google-cloud": new_clouds.anthropic_google_cloud,
    "foundry": new_clouds.foundry,
    GENERAL: _general,
}
"""What asks for the needs of each method."""

_START = "# Your profiles. `ctx list` shows them, `ctx use NAME` switches this shell, `ctx off` goes back."


def run(invocation: Invocation, name: str, assignments: tuple[str, ...], **options: str | bool | None) -> int:
    """Ask, check, keep the key, write. The exit code."""
    ensure("tomlkit")
    before = _present(invocation)
    _check_free(before, name)
    answers = Answers(invocation, dict(options))
    draft = Draft(name, _method(answers, name, assignments))
    keys = Keys(answers, draft)
    plain = [p.name for p in before.profiles.values() if _uses_usual_login(before, p.name)]
    BUILDERS[draft.method](Making(answers, draft, keys, plain))
    assign(draft, assignments or _asked_variables(answers, draft))
    _describe(answers, draft, before)
    only_print = answers.flag("print")
    if answers.left_over():
        raise UsageError(f'{answers.left_over()[0]} means nothing here: auth = "{draft.method}"', fix="leave it out")
    _check(invocation, draft)
    if only_print:
        invocation.emit(draft.text() + "\n")
        return 0
    found = keys.read()
    try:
        keys.keep(found)
        _write(invocation, draft)
    except BaseException:
        keys.undo()
        raise
    _tell(invocation, draft)
    return 0


def _present(invocation: Invocation) -> Config:
    path = os.path.join(invocation.config, PROFILES)
    return load(invocation.config)[0] if os.path.exists(path) else Config(path)


def _check_free(config: Config, name: str) -> None:
    if not is_profile_name(name):
        fix = "names begin with a letter or digit, then letters, digits, . _ - (64 at most)"
        raise UsageError(f"{name!r} cannot be a profile's name", fix=fix)
    owner = config.aliases.get(name)
    if owner is not None:
        what = (
            f"there is a profile {name} already" if owner == name else f"{name} is another name of the profile {owner}"
        )
        raise UsageError(what, fix=f"{typed('ctx', 'show', name)} shows it; choose another name")


def _uses_usual_login(config: Config, name: str) -> bool:
    whole = merged(config, config.profiles[name])
    return method_of(whole) == "subscription" and "CLAUDE_CONFIG_DIR" not in whole.env


def _method(answers: Answers, name: str, assignments: tuple[str, ...]) -> str:
    """The method that was named or chosen. Raises UsageError, RefusedError."""
    known = [guide.method for guide in GUIDES]
    given = answers.given("auth")
    if given is None and assignments:
        return GENERAL
    if given is None and not answers.asks:
        fix = f"{typed('ctx', 'new', name)} --auth METHOD: {', '.join(known)}"
        raise UsageError("say how Claude Code signs in there", fix=fix)
    if given is not None:
        if given in known:
            return given
        close = nearest(given, known)
        fix = f"did you mean {close[0]}?" if close else f"one of: {', '.join(known)}"
        raise UsageError(f"there is no way to sign in called {given!r}", fix=fix)
    question = (
        f"How does Claude Code sign in with {name}?\n{_methods(only_common=True)}which one (? explains them all)? "
    )
    while True:
        line = answer(question)
        if not line:
            raise RefusedError("nothing was chosen: nothing was written")
        typed_in = line.strip()
        if typed_in.isdecimal() and 1 <= int(typed_in) <= len(known):
            return known[int(typed_in) - 1]
        if typed_in in known:
            return typed_in
        question = f"which one (1-{len(known)}, or a name)? "
        if typed_in == "?":
            question = _methods(only_common=False) + question
        elif typed_in:
            complain(f"{visible(typed_in)!r} is none of these")


def _methods(*, only_common: bool) -> str:
    """The methods with what each is best for, who is billed and what it needs; the rare ones by name only."""
    import textwrap

    numbered = list(enumerate(GUIDES, 1))
    shown = [(number, guide) for number, guide in numbered if guide.common or not only_common]
    width = max(len(guide.method) for _, guide in shown)
    lines = []
    for number, guide in shown:
        lines.append(f"{number:>4}  {guide.method:<{width}}  {guide.best}")
        lines.append(f"        {guide.bills} · needs {guide.needs}")
    rare = ", ".join(f"{number}\u00a0{guide.method}" for number, guide in numbered if (number, guide) not in shown)
    lines += textwrap.wrap(f"also: {rare}", 78, subsequent_indent="      ", break_on_hyphens=False) if rare else []
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def _asked_variables(answers: Answers, draft: Draft) -> tuple[str, ...]:
    """The variables of a general profile, typed one by one."""
    found: list[str] = []
    while draft.method == GENERAL and answers.asks:
        line = answers.optional("", "variable, as NAME=value", check=lambda text: wrong_assignment(draft, text))
        if not line:
            break
        found.append(line)
    return tuple(found)


def _describe(answers: Answers, draft: Draft, before: Config) -> None:
    """What every profile may say, and the models."""
    model = answers.optional("model")
    if model:
        draft.set("ANTHROPIC_MODEL", model, "Beats the model that settings name.")
    for tier in ("opus", "sonnet", "haiku"):
        name, given = f"ANTHROPIC_DEFAULT_{tier.upper()}_MODEL", answers.given(tier)
        if given and all(line.name != name for line in draft.lines):
            draft.set(name, given, "")
    description = answers.optional("description") or draft.label
    aliases = [alias.strip() for alias in (answers.given("alias") or "").split(",") if alias.strip()]
    for alias in aliases:
        _check_free(before, alias)
    color = answers.optional("color", check=lambda text: "" if text in COLORS else f"is none of: {', '.join(COLORS)}")
    fields: dict[str, object] = {
        "description": description,
        "auth": draft.method if draft.method != GENERAL else "",
        "payer": answers.optional("payer"),
        "aliases": aliases,
        "color": color,
        "protect": answers.flag("protect"),
        "login": answers.optional("login") or draft.login,
    }
    draft.top = {key: value for key, value in fields.items() if value}


def _check(invocation: Invocation, draft: Draft) -> None:
    """Refuse a profile that would not load or could not sign in, before any key is asked for. Raises ConfigError."""
    path = os.path.join(invocation.config, PROFILES)
    document = Document(load(invocation.config)[1].text if os.path.exists(path) else "")
    document.append_text(draft.text())
    config = parse(str(document), path)
    check_method(merged(config, config.profiles[draft.name]), invocation.around())


def _write(invocation: Invocation, draft: Draft) -> None:
    """Put the profile behind the others. Raises ConfigError, CtxError."""

    def change(document: Document, config: Config) -> None:
        _check_free(config, draft.name)
        if not str(document):
            document.append_text(_START)
        document.append_text(draft.text())

    if not os.path.isdir(invocation.config) and not private_directory(invocation.config):
        raise CtxError("cannot be made", where=invocation.config, fix=typed("mkdir", "-p", invocation.config))
    edit(invocation.config, change, create=True)


def _tell(invocation: Invocation, draft: Draft) -> None:
    """Say where it is, how Claude Code will sign in and who pays, and what to type next."""
    config, _ = load(invocation.config)
    invocation.say(f"{draft.name} is in {shown_place(config.file, invocation.home)}")
    says = summary(sketch(config, by_name(config, draft.name), invocation.around()))
    if says:
        invocation.say(f"{draft.name} · {says}")
    if draft.method != GENERAL:
        _tell_what_overrules(invocation, draft)
    for note in draft.notes:
        invocation.say(note)
    steps = list(draft.steps)
    if draft.top.get("login"):
        steps.append(f"{typed('ctx', 'login', draft.name)}  # {draft.top['login']}")
    if draft.method != GENERAL:
        steps.append(typed("ctx", "verify", draft.name))
    steps.append(typed("ctx", "use", draft.name))
    invocation.say("next:\n  " + "\n  ".join(visible(step) for step in steps))


def _tell_what_overrules(invocation: Invocation, draft: Draft) -> None:
    """Say what on this machine would have Claude Code sign in otherwise than the profile says, settings files above all."""
    try:
        view = claude_view.of_profile(invocation, draft.name)
        verdict = view.verdict(interactive=False)
        conflicts = find_conflicts(view.machine, view.environment)
    except CtxError as error:
        complain(f"whether something here overrules it is not known: {error}")
        return
    if verdict.method not in (draft.method, ""):
        complain(f"as things are, Claude Code would use something else: {sentence(verdict)}")
    for conflict in conflicts:
        if conflict.severity == ERROR:
            complain(f"{conflict.message}\n  {conflict.where}\n  {conflict.fix}")
    if any(conflict.severity == WARNING for conflict in conflicts):
        complain(f"{typed('ctx', 'status', draft.name)} shows what else is to be known")
