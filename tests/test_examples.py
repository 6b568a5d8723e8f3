"""The stories in `examples/` are true: every command prints exactly what they say."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import program, stories
from tests.conftest import Portal


@pytest.mark.parametrize("story", stories.stories(), ids=lambda path: path.name)
def test_a_story_happens_as_it_is_told(story: Path, empty_database: Portal) -> None:
    """A reader who types a story's commands sees the story's output, on both databases."""
    told = stories.steps((story / "story.md").read_text(encoding="utf-8"))
    variables = {} if empty_database.is_sqlite else {"LMSCTL_DATABASE_URL": empty_database.url}
    for step, printed in zip(told, stories.play(story, variables), strict=True):
        assert printed == step.output, step.command


def _shell_lines(recipe: Path) -> list[str]:
    """Return what a recipe of a CI service runs in the folder of the project."""
    lines = (line.strip() for line in recipe.read_text(encoding="utf-8").splitlines())
    return [found[1] for line in lines if (found := re.match(r"-(?: run:)? (sh .*)", line))]


# What each prints when all is well.
SCRIPTS = {
    "test-portal": "The last seat was given once.\n",
    "portal-as-a-file": "The portal is as its file says, and does what it should.\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_for_a_ci_job_ends_well(empty_database: Portal, name: str) -> None:
    """It makes a portal, fills it, and sees the last seat given once, on both databases."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMSCTL_")}
    address = {} if empty_database.is_sqlite else {"LMSCTL_DATABASE_URL": empty_database.url}
    path = os.pathsep.join([str(program.command()), kept.get("PATH", "")])
    ran = subprocess.run(
        ["sh", str(stories.EXAMPLES / name / "check.sh")],
        cwd=empty_database.folder,
        env={**kept, "PATH": path, **address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, SCRIPTS[name], "")


@pytest.mark.parametrize("recipe", ["github-actions.yml", "gitlab-ci.yml"])
def test_a_recipe_runs_the_script_that_is_tested(recipe: str) -> None:
    """What the recipes of CI services run is the script of the test above, where it stands."""
    [line] = _shell_lines(stories.EXAMPLES / "portal-as-a-file" / recipe)
    script = stories.EXAMPLES.parent / line.removeprefix("sh ")
    assert script == stories.EXAMPLES / "portal-as-a-file" / "check.sh"
    assert script.is_file()
