"""`limpid completion`: commands and options completed by the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from limpid.terminal.output import Answer, answering

VARIABLE = "_LIMPID_COMPLETE"
"""The environment variable by which the shell asks for completions."""

SHELLS = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc",
    "fish": "~/.config/fish/completions/limpid.fish",
}
"""By shell, the file that it reads when it starts."""


@click.command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)), metavar="bash|zsh|fish")
@answering
def completion_command(shell: str) -> Answer:
    """Print what makes SHELL complete commands and options.

    For bash: limpid completion bash >> ~/.bashrc
    """
    kind = get_completion_class(shell)
    assert kind is not None
    group = click.get_current_context().find_root().command
    script = kind(group, {}, "limpid", VARIABLE).source()
    note = f"put this into {SHELLS[shell]} and start the shell anew"
    return Answer({"shell": shell, "script": script}, {}, notes=(note,), text=script)
