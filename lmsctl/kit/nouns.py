"""The command group of a noun: verbs that it has not get a suggestion, and `help` explains it."""

from typing import Any

import typer.core

from lmsctl.kit import synonyms


class NounGroup(typer.core.TyperGroup):
    """The verbs of one noun."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Return the verb that `args` name; `help` is the program's own, about this noun."""
        word = args[0]
        if word not in self.commands and not ctx.resilient_parsing and not word.startswith("-"):
            noun = str(ctx.info_name)
            if word == "help":
                root = ctx.find_root()
                found: tuple[Any, Any, list[str]] = root.command.resolve_command(
                    root, ["help", noun, *args[1:]]
                )
                return found
            fail_unknown(ctx, word, suggest_verb(noun, word, self.commands))
        return super().resolve_command(ctx, args)


def suggest_verb(noun: str, word: str, verbs: Any) -> str | None:
    """Return the command that was meant by a `word` that is none of the `verbs` of a noun."""
    verb = synonyms.suggest_verb(word, verbs)
    return f"{noun} {verb}" if verb else None


def fail_unknown(ctx: Any, word: str, suggestion: str | None) -> None:
    """End with the usage error that there is no command `word`, naming what may be meant."""
    advice = f" Did you mean 'lmsctl {suggestion}'?" if suggestion else ""
    ctx.fail(f"No such command '{word}'.{advice}")
