"""`inventory` on the command line: what goes together, and what the YAML folder may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import cli
from reconciler.cli.inventory import _write
from reconciler.errors import InputError
from tests.unit.report.test_inventory import RECLAIMABLE


def run(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, ["inventory", *arguments])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--by", "site", "--administrators"), "--by and --administrators do not go together"),
        (("--license", "X", "--reclaimable"), "--license and --reclaimable do not go together"),
        (("--holders",), "--holders goes with --license"),
        (("--inactive-days", "30"), "--inactive-days goes with --reclaimable"),
        (("--yaml", "."), "--yaml goes with --reclaimable"),
        (("--after-plan", "--by", "site"), "--after-plan goes with the whole inventory"),
        (("--reclaimable", "--inactive-days", "0"), "0 is not in the range"),
        (("--by", "country"), "'country' is not one of"),
    ],
)
def test_what_does_not_go_together_is_a_wrong_command_line(arguments: tuple[str, ...], told: str) -> None:
    """Exit 2, before anything is read."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_files_are_written_and_fragments_are_not(tmp_path: Path) -> None:
    """Keys for the Organization have a file already."""
    assert _write(RECLAIMABLE, tmp_path) == str(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["reclaim-inactive.yaml"]
    assert (tmp_path / "reclaim-inactive.yaml").read_text() == RECLAIMABLE.suggestions[1].yaml


def test_an_earlier_file_is_never_replaced(tmp_path: Path) -> None:
    """What it denies would be given again."""
    (tmp_path / "reclaim-inactive.yaml").write_text("mine")
    with pytest.raises(InputError, match=r"reclaim-inactive\.yaml already"):
        _write(RECLAIMABLE, tmp_path)
    assert (tmp_path / "reclaim-inactive.yaml").read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(InputError, match="no folder"):
        _write(RECLAIMABLE, tmp_path / "missing")
