"""What is known while a batch is worked on, and the result of each of its lines."""

import io
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from lmsctl.batch import rules
from lmsctl.batch.actions.lines import BatchRequest
from lmsctl.batch.results import CommandOutcome, CommandResult, CommandResultWithOutput
from lmsctl.kit import render, table_data
from lmsctl.kit.answer import DRY_RUN_PREFIX, Done, Listing, Text, queued_sentence
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Location, Refusal, RefusalKind
from lmsctl.kit.invocation import Invocation

_DETAILS_SHOWN = 5

# Whatever these say, the next line would get the same answer.
_ENDS_ALL = {RefusalKind.INTERNAL, RefusalKind.CONFIG, RefusalKind.UNAVAILABLE, RefusalKind.SCHEMA}


@dataclass(slots=True)
class Batch:
    """What is known while a batch is worked on."""

    env: Environment
    request: BatchRequest
    record: type[CommandResult] = field(init=False)
    counted: Counter[CommandOutcome] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        is_json = self.env.output in {"json", "jsonl"}
        self.record = CommandResultWithOutput if is_json else CommandResult
        self.env.check(Listing(self.record, ()))

    def parse_invocation(self, argv: list[str]) -> Invocation:
        """Return what a line calls for, if it may stand here."""
        call = self.env.parse_invocation(argv)
        rules.check(call, self.env.options, is_atomic=self.request.is_atomic)
        return call

    def prepared(self, call: Invocation, kind: type[Environment]) -> Environment:
        """Return what the command of a line is given: our options but for those in the line."""
        return kind(
            replace(self.env.options, **{"no_input": True, **call.given}),
            call.command,
            environ=self.env.environ,
            load_portal=self.env.load_portal,
            apply_due_changes=self.env.apply_due_changes,
            audit=self.env.audit,
        )

    def told(self, number: int, answer: Any, here: Environment) -> CommandResult:
        """Return the line of a command that has answered."""
        done = answer if isinstance(answer, Done) else Done(answer, "", is_changed=False)
        is_json = self.record is CommandResultWithOutput
        outcome = CommandOutcome.CHANGED if done.is_changed else CommandOutcome.UNCHANGED
        is_rehearsal = here.options.dry_run
        # Where all lines are rehearsed, one sentence in the end says it for all.
        is_alone = is_rehearsal and not self.env.options.dry_run
        words = [
            f"{DRY_RUN_PREFIX if is_alone and done.sentence else ''}{done.sentence}",
            *done.notes,
        ]
        if here.notices:
            words.append(queued_sentence(here.notices, is_rehearsal=is_rehearsal))
        return self.line(
            number,
            here.command,
            CommandOutcome.FAILED if done.status else outcome,
            exit_status=done.status,
            message=" ".join(filter(None, words)) or None,
            **({"result": _document(done.result, here)} if is_json else {}),
        )

    def refused(
        self, number: int, command: str | None, refusal: Refusal, here: Environment
    ) -> CommandResult:
        """Return the line of a command that was refused; raises what would befall all others."""
        if refusal.kind in _ENDS_ALL:
            refusal.location = refusal.location or Location(self.request.shown, line=number)
            raise refusal
        shown = refusal.details[:_DETAILS_SHOWN]
        words = [reason.format_message(here.zone) for reason in (refusal, *shown)]
        if len(refusal.details) > len(shown):
            words.append(f"And {len(refusal.details) - len(shown)} more.")
        return self.line(
            number,
            command,
            CommandOutcome.FAILED,
            exit_status=refusal.exit_status,
            code=refusal.code,
            message=" ".join(words),
            hint=refusal.format_hint(here.zone),
        )

    def line(
        self, number: int, command: str | None, outcome: CommandOutcome, **more: Any
    ) -> CommandResult:
        """Return one line of the answer."""
        return self.record(number, command, outcome, **more)


def _document(result: Any, here: Environment) -> Any:
    """Return what the command would print as JSON."""
    if isinstance(result, Text):
        return result.text
    text = io.StringIO()
    view = table_data.View(output="json", zone=here.zone or table_data.UTC)
    render.render(result, view, text, lambda _: None)
    return json.loads(text.getvalue() or "null")
