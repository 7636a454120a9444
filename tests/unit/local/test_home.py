"""A home belongs to its owner, touches no folder that is not its own, and says what to do when it cannot be used."""

import stat
from pathlib import Path

import pytest

from deploy.local.accounts import is_root
from deploy.local.home import Home
from deploy.local.passwords import Secrets
from deploy.local.problems import Misconfigured, Unavailable


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_and_its_folders_are_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    assert mode(home.folder("secrets")) == 0o700
    assert mode(home.root) == (0o710 if is_root() else 0o700)


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o750)
    there.chmod(0o750)
    Home(there)
    Home(there / "below" / "home")
    assert mode(there) == 0o750


def test_the_environment_names_the_home(tmp_path: Path) -> None:
    named = {"RAPPORT_HOME": str(tmp_path / "named")}
    assert Home.find(named, new=True).root == tmp_path / "named"
    assert Home.find(named).root == tmp_path / "named"


def test_a_mistyped_home_is_refused_and_not_made(tmp_path: Path) -> None:
    for wrong in (tmp_path / "typo", tmp_path):
        with pytest.raises(Misconfigured, match=f"RAPPORT_HOME names {wrong}, where no Rapport"):
            Home.find({"RAPPORT_HOME": str(wrong)})
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_the_place_of_a_file_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"cannot write in .*file.* set RAPPORT_HOME"):
        Home(tmp_path / "file" / "home")


def test_the_second_holder_is_told_who_holds_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "held")
    with home.locked(), pytest.raises(Unavailable, match=r"already running \(process \d+, home .*held\)"):
        home.locked().__enter__()
    with home.locked():
        """Free again."""


def test_a_temporary_home_is_removed() -> None:
    with Home.temporary() as home:
        assert home.root.is_dir()
    assert not home.root.exists()


def test_a_password_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    first, second = Secrets(tmp_path).password("door"), Secrets(tmp_path).password("door")
    assert first == second
    assert first != Secrets(tmp_path).password("window")
    assert mode(tmp_path / "door") == 0o600
