import hashlib
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from vallum.access import Access, Entered, Refused
from vallum.access.access import IDLE_S, LONGEST_SESSION_S


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    with Access.open(tmp_path) as opened:
        yield opened


def entered(access: Access, name: str = "watch-1", now_s: float = 0.0) -> Entered:
    outcome = access.enter(access.invite(name, "watch officer", 600.0, now_s), now_s)
    assert isinstance(outcome, Entered)
    return outcome


def reason(outcome: Entered | Refused) -> str:
    assert isinstance(outcome, Refused)
    return outcome.reason


def test_an_invitation_opens_the_door_exactly_once(access: Access) -> None:
    link = access.invite("watch-1", "watch officer", 600.0, now_s=0.0)
    assert isinstance(access.enter(link, 1.0), Entered)
    assert "used before" in reason(access.enter(link, 2.0))


def test_an_invitation_expires_at_its_time(access: Access) -> None:
    link = access.invite("watch-1", "watch officer", 600.0, now_s=0.0)
    assert "expired" in reason(access.enter(link, 600.0))
    assert isinstance(access.enter(link, 599.9), Entered)


@pytest.mark.parametrize("token", ["", "x", "\ud800", "' or 1=1 --", "ا" * 500])
def test_an_unknown_token_opens_nothing(access: Access, token: str) -> None:
    entered(access)
    assert "not known" in reason(access.enter(token, 0.0))
    assert access.session(token, 0.0) is None
    assert access.end(token) is None


def test_an_invitation_is_no_session_and_a_session_no_invitation(access: Access) -> None:
    link = access.invite("watch-1", "watch officer", 600.0, now_s=0.0)
    assert access.session(link, 1.0) is None
    assert "not known" in reason(access.enter(entered(access).token, 1.0))


def test_a_session_slides_while_it_is_used_and_ends_when_it_is_not(access: Access) -> None:
    token = entered(access).token
    assert access.session(token, IDLE_S - 1) is not None
    assert access.session(token, 2 * IDLE_S - 2) is not None
    assert access.session(token, 3 * IDLE_S) is None


def test_no_session_outlives_the_longest_session(access: Access) -> None:
    token = entered(access).token
    now_s = 0.0
    while now_s < LONGEST_SESSION_S:
        assert access.session(token, now_s) is not None
        now_s += IDLE_S / 2
    assert access.session(token, LONGEST_SESSION_S) is None


def test_who_signs_out_is_out(access: Access) -> None:
    opened = entered(access)
    ended = access.end(opened.token)
    assert ended is not None
    assert ended.session_id == opened.session.session_id
    assert access.session(opened.token, 1.0) is None


def test_a_disabled_person_loses_sessions_and_open_invitations_and_nobody_else_does(access: Access) -> None:
    first, other = entered(access, "watch-1"), entered(access, "watch-2")
    link = access.invite("watch-1", "auditor", 600.0, 0.0)
    assert [session.name for session in access.end_all("watch-1")] == ["watch-1"]
    assert access.session(first.token, 1.0) is None
    assert access.session(other.token, 1.0) is not None
    assert "not known" in reason(access.enter(link, 1.0))


def test_taking_one_role_leaves_the_sessions_of_another(access: Access) -> None:
    officer = entered(access)
    auditor = access.enter(access.invite("watch-1", "auditor", 600.0, 0.0), 0.0)
    assert isinstance(auditor, Entered)
    access.end_all("watch-1", "watch officer")
    assert access.session(officer.token, 1.0) is None
    assert access.session(auditor.token, 1.0) is not None


def test_what_expired_is_forgotten_and_told(access: Access) -> None:
    opened = entered(access)
    assert access.forget_expired(IDLE_S - 1) == ()
    assert [session.session_id for session in access.forget_expired(IDLE_S)] == [opened.session.session_id]


def test_sessions_survive_a_restart_and_no_token_lies_in_the_file(tmp_path: Path) -> None:
    with Access.open(tmp_path) as access:
        link = access.invite("watch-1", "watch officer", 600.0, 0.0)
        opened = access.enter(link, 0.0)
        assert isinstance(opened, Entered)
    content = (tmp_path / "access.db").read_bytes()
    assert opened.token.encode() not in content
    assert link.encode() not in content
    with Access.open(tmp_path) as access:
        assert access.session(opened.token, 1.0) == opened.session


def test_only_the_centres_own_user_can_read_the_file(tmp_path: Path) -> None:
    Access.open(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "access.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", " watch", "x" * 65, "watch\u202e-1", "watch\n1"])
def test_a_name_that_could_deceive_is_refused(access: Access, name: str) -> None:
    with pytest.raises(ValueError, match="a name"):
        access.invite(name, "watch officer", 600.0, 0.0)


def test_an_unknown_role_is_refused_with_the_roles_there_are(access: Access) -> None:
    with pytest.raises(ValueError, match="watch officer, patrol leader"):
        access.invite("watch-1", "general", 600.0, 0.0)  # type: ignore[arg-type]  # the wrong word is the test


@pytest.mark.parametrize("valid_s", [0.0, -1.0, float("nan")])
def test_an_invitation_without_duration_is_refused(access: Access, valid_s: float) -> None:
    with pytest.raises(ValueError, match="more than 0 seconds"):
        access.invite("watch-1", "watch officer", valid_s, 0.0)


def test_a_name_in_arabic_is_a_name(access: Access) -> None:
    assert entered(access, "ضابط المراقبة").session.name == "ضابط المراقبة"


def test_who_invited_is_known_when_the_invited_person_enters(access: Access) -> None:
    link = access.invite("watch-1", "watch officer", 600.0, 0.0, invited_by="admin-1")
    outcome = access.enter(link, 1.0)
    assert isinstance(outcome, Entered)
    assert outcome.invited_by == "admin-1"
    assert entered(access, "watch-2").invited_by == "command line"


def test_a_door_of_an_earlier_version_still_opens(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "access.db") as old:
        old.execute(
            "CREATE TABLE invitations (token_sha256 VARCHAR(64) PRIMARY KEY, name VARCHAR(64) NOT NULL,"
            " role VARCHAR(32) NOT NULL, expires_s FLOAT NOT NULL, used_s FLOAT)"
        )
        old.execute(
            "INSERT INTO invitations VALUES (?, 'watch-1', 'watch officer', 600.0, NULL)",
            (hashlib.sha256(b"an old link").hexdigest(),),
        )
    old.close()
    with Access.open(tmp_path) as access:
        outcome = access.enter("an old link", 1.0)
    assert isinstance(outcome, Entered)
    assert outcome.invited_by == "command line"


def test_asking_whether_a_session_runs_does_not_let_it_run_on(access: Access) -> None:
    token = entered(access).token
    assert access.runs(token, IDLE_S - 1.0)
    assert not access.runs(token, IDLE_S)
    assert not access.runs("nobody's", 0.0)


def test_present_are_those_whose_session_has_neither_ended_nor_expired(access: Access) -> None:
    gone, stayed = entered(access, "watch-1"), entered(access, "watch-2")
    entered(access, "watch-2")
    access.end(gone.token)
    assert access.present("watch officer", 1.0) == {"watch-2"}
    assert access.present("auditor", 1.0) == frozenset()
    assert access.present("watch officer", stayed.session.expires_s) == frozenset()
