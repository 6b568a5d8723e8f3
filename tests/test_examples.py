"""The stories in `examples/` are true: every command prints exactly what they say."""

from pathlib import Path

import pytest

from tests import stories
from tests.conftest import Portal


@pytest.mark.parametrize("story", stories.stories(), ids=lambda path: path.name)
def test_a_story_happens_as_it_is_told(story: Path, nothing: Portal) -> None:
    """A reader who types a story's commands sees the story's output, on both databases."""
    told = stories.steps((story / "story.md").read_text(encoding="utf-8"))
    variables = {} if nothing.is_sqlite else {"LMSCTL_DATABASE_URL": nothing.url}
    for step, printed in zip(told, stories.play(story, variables), strict=True):
        assert printed == step.output, step.command
