"""The click group: help, completion of words, and every command line that is not on the hook path."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from ctx import __version__
from ctx.cli import spec
from ctx.cli.invocation import Invocation
from ctx.cli.main import command_module
from ctx.errors import EXIT_USAGE

COMMANDS = {
    "use": "Switch this shell to a profile.",
    "off": "Take the active profile off.",
    "auto": "Hand the choice back to the directories.",
    "reload": "Read everything again.",
    "exec": "Run one command in a profile.",
    "shell": "Start a shell in a profile.",
    "status": "Show the active profile, how Claude Code signs in here, and who pays.",
    "doctor": "Look for everything that stands in the way, and say what to type.",
    "list": "Show the profiles: method, who pays, where they are bound.",
    "show": "Show what a profile sets, and where each value was written.",
    "diff": "Show how two profiles differ.",
    "new": "Write a new profile, asking only what it needs.",
    "bind": "Bind a directory to a profile.",
    "unbind": "Take a directory's binding back.",
    "import": "Make a profile of what another program keeps.",
    "export": "Print a profile's variables for another program.",
    "allow": "Show what a project's file would set, and approve it.",
    "deny": "Never use a project's file, nor ask about it.",
    "trust": "List the records of allow and deny, or forget stale ones.",
    "secret": "Keep secrets, show which there are, take them out of start-up files.",
    "verify": "Ask Claude Code for one word in a profile, and explain what is wrong.",
    "login": "Sign in to what a profile uses: Claude, AWS, Google Cloud, Azure.",
    "claude": "Have Claude Code ask a program for its credentials.",
    "shim": "Have a program start in the profile that is due, wherever it is started from.",
    "init": "Print the hook for a shell's start-up file.",
    "prompt": "Print what shows the profile in your prompt.",
    "example": "Print a commented example of profiles.toml.",
}
"""Commands in the order of the help page, with their line on it: the page is shown without loading them."""

SUBCOMMANDS = {
    "secret": {
        "set": "Keep a secret, or replace it.",
        "get": "Print a secret's value.",
        "list": "Show the secrets, where each is, and which profiles use it.",
        "remove": "Forget a secret.",
        "move": "Take secrets to another store.",
        "adopt": "Find credentials in plain text, and move them into the store.",
    },
    "import": {"claude-settings": "Lift the variables of a settings.json of Claude Code into a profile."},
    "claude": {"helper": "Have Claude Code ask a program for its credentials."},
    "shim": {"claude": "Put a small claude in front of the real one."},
}
"""Commands that have commands of their own, in the same way."""


class Group(click.Group):
    """Loads a command's module only when that command runs. `table` holds the commands, `above` the words in front."""

    def __init__(self, name: str, table: dict[str, str], above: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init__(name, **rest)
        self.table = table
        self.above = above

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command built from its module's table."""
        if cmd_name not in self.table:
            return None
        return build((*self.above, cmd_name), ctx.obj)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, naming the nearest command where there is none."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            from ctx.config import nearest

            close = nearest(args[0], self.table)
            meant = " ".join((*self.above, args[0]))
            hint = f" Did you mean {close[0]!r}?" if close else f" {' '.join(('ctx', *self.above))} --help lists them."
            ctx.fail(f"there is no command {meant!r}.{hint}")
        return super().resolve_command(ctx, args)


def build(words: tuple[str, ...], invocation: Invocation) -> click.Command:
    """The click command for a module's PARAMS, HELP and run, or for the commands below it."""
    name = words[-1]
    module = command_module("-".join(words))
    if words == (name,) and name in SUBCOMMANDS:
        return Group(name, SUBCOMMANDS[name], words, help=module.HELP, no_args_is_help=True)
    takes_rest = any(param.kind == spec.REST for param in module.PARAMS)
    return click.Command(
        name,
        callback=partial(module.run, invocation),
        params=[_parameter(param) for param in module.PARAMS],
        help=module.HELP,
        context_settings={"ignore_unknown_options": takes_rest, "allow_interspersed_args": not takes_rest},
    )


def _parameter(param: spec.Param) -> click.Parameter:
    if param.kind in (spec.FLAG, spec.OPTION):
        names = [param.option, *([f"-{param.short}"] if param.short else []), param.name]
        flag = param.kind == spec.FLAG
        return click.Option(names, is_flag=flag, default=False if flag else None, help=param.help)
    if param.kind == spec.REST:
        return click.Argument([param.name], nargs=-1, type=click.UNPROCESSED)
    if param.kind in (spec.MANY, spec.ANY):
        return click.Argument([param.name], nargs=-1, required=param.kind == spec.MANY)
    return click.Argument([param.name], required=param.kind == spec.ARGUMENT)


def run_click(invocation: Invocation, words: list[str]) -> int:
    """Let click run the command line; the exit code."""
    group = Group(
        "ctx",
        COMMANDS,
        help="Named environment profiles, switched on demand.\n\nKnow which account is used, and who pays, before you press Enter.",
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_version,
                help="Print the version.",
            )
        ],
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
    )
    try:
        result = group.main(args=words, prog_name="ctx", standalone_mode=False, obj=invocation)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_USAGE
    except click.ClickException as error:
        from ctx.cli.invocation import complain

        complain(f"{_sentence(error.format_message())}\n  {_usage(error)}")
        return EXIT_USAGE
    except click.Abort:
        raise KeyboardInterrupt from None
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path if context else 'ctx'} --help shows how"


def _version(context: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"ctx {__version__}")
        context.exit()
