"""The clouds' own files: profiles, projects and subscriptions, and whether a sign-in is still good."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctx.claude import aws, azure, foreign, google, hosted, sessions
from ctx.errors import ConfigError
from tests.support.hostile import DIRECTORY

NOW = float(1_790_000_000)
"""2026-09-21T14:13:20Z"""

LATER = "2026-09-21T15:00:00Z"
EARLIER = "2026-09-21T11:13:00Z"
TOKEN = "aoa-not-to-be-seen"

CONFIG = """\
# an ordinary file
[default]
region = eu-west-1

[profile acme]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Developer
region = us-west-2   # where the models are
s3 =
  max_concurrent_requests = 20
  region = nowhere

[profile old]
sso_start_url = https://old.example/start
sso_region = us-east-1
sso_account_id = 444455556666

[profile deploy]
role_arn = arn:aws:iam::777788889999:role/deploy
source_profile = acme

[profile machine]
role_arn = arn:aws:iam::777788889999:role/deploy
credential_source = Ec2InstanceMetadata

[profile tool]
credential_process = /bin/tool --json

[profile "quoted"]
login_session = arn:aws:iam::1:user/me

[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
"""
CREDENTIALS = """\
[keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = s3cret
"""


@pytest.fixture(autouse=True)
def _a_machine_of_no_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "sys_vendor").write_text("LENOVO\n")
    monkeypatch.setattr(hosted, "FIRMWARE", str(tmp_path / "firmware"))
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / DIRECTORY
    (path / ".aws" / "sso" / "cache").mkdir(parents=True)
    (path / ".aws" / "config").write_text(CONFIG)
    (path / ".aws" / "credentials").write_text(CREDENTIALS)
    return path


def cache(home: Path, key: str, **members: object) -> Path:
    """Write an SSO token file as the AWS CLI does, with these members instead of a fresh one's."""
    content: dict[str, object] = {
        "startUrl": "https://corp.example/start",
        "region": "us-east-1",
        "accessToken": TOKEN,
        "expiresAt": LATER,
        **members,
    }
    path = home / ".aws" / "sso" / "cache" / f"{hashlib.sha1(key.encode()).hexdigest()}.json"
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    return path


RENEWING = {"clientId": "c", "clientSecret": "s", "refreshToken": "r", "registrationExpiresAt": "2026-12-01T00:00:00Z"}


def problem(home: Path, **variables: str) -> str:
    return problem_at(NOW, home, variables)


def problem_at(now: float, home: Path, variables: dict[str, str]) -> str:
    found = sessions.problem("bedrock", {"CLAUDE_CODE_USE_BEDROCK": "1", **variables}, str(home), now)
    assert TOKEN not in found
    return found


def test_profiles_of_both_files_are_listed_with_region_and_kind(home: Path) -> None:
    found = {profile.name: (profile.kind, profile.region, profile.account) for profile in aws.profiles({}, str(home))}

    assert found == {
        "default": (aws.NOTHING, "eu-west-1", ""),
        "acme": (aws.SSO, "us-west-2", "111122223333"),
        "old": (aws.LEGACY_SSO, "", "444455556666"),
        "deploy": (aws.ROLE, "", "777788889999"),
        "machine": (aws.ROLE, "", "777788889999"),
        "tool": (aws.PROCESS, "", ""),
        "quoted": (aws.LOGIN, "", ""),
        "keys": (aws.STATIC, "", ""),
    }


def test_the_region_is_that_of_the_active_profile(home: Path) -> None:
    assert aws.region({}, str(home)) == "eu-west-1"
    assert aws.region({"AWS_PROFILE": "acme"}, str(home)) == "us-west-2"
    assert aws.region({"AWS_PROFILE": "none"}, str(home)) == ""
    assert aws.region({"AWS_PROFILE": ""}, str(home)) == "eu-west-1"


def test_variables_move_both_files(home: Path, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("[profile there]\nregion = r\n")
    (tmp_path / "k").write_text("[there]\naws_access_key_id = A\naws_secret_access_key = B\n")
    moved = {"AWS_CONFIG_FILE": str(tmp_path / "c"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "k")}

    (only,) = aws.profiles(moved, str(home))

    assert (only.name, only.kind, only.region) == ("there", aws.STATIC, "r")


def test_a_fresh_session_is_no_problem(home: Path) -> None:
    cache(home, "corp")

    assert not problem(home, AWS_PROFILE="acme")


def test_an_expired_session_is_named_with_what_to_type(home: Path) -> None:
    cache(home, "corp", expiresAt=EARLIER)

    assert problem(home, AWS_PROFILE="acme") == (
        "the AWS SSO session of profile acme expired 3 h ago: aws sso login --profile acme"
    )


def test_a_session_that_renews_itself_has_not_expired(home: Path) -> None:
    cache(home, "corp", expiresAt=EARLIER, **RENEWING)

    assert not problem(home, AWS_PROFILE="acme")


@pytest.mark.parametrize(
    "lacking",
    [{"refreshToken": None}, {"clientId": None}, {"clientSecret": ""}, {"registrationExpiresAt": EARLIER}],
    ids=str,
)
def test_a_session_that_lacks_something_to_renew_it_has_expired(home: Path, lacking: dict[str, str | None]) -> None:
    cache(home, "corp", **{"expiresAt": EARLIER, **RENEWING, **lacking})

    assert "expired 3 h ago" in problem(home, AWS_PROFILE="acme")


def test_a_session_of_the_older_kind_goes_by_its_address_and_never_renews_itself(home: Path) -> None:
    cache(home, "https://old.example/start", expiresAt="2026-09-21T11:13:00UTC", **RENEWING)

    assert "of profile old expired 3 h ago" in problem(home, AWS_PROFILE="old")


def test_a_session_that_was_never_signed_in_is_named(home: Path) -> None:
    assert problem(home, AWS_PROFILE="acme").startswith("the AWS SSO session of profile acme was never signed in here")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"expiresAt": 5}', '{"expiresAt": "soon", "accessToken": "t"}', "\0"])
def test_a_damaged_cache_is_a_problem_and_no_traceback(home: Path, text: str) -> None:
    cache(home, "corp").write_text(text)

    assert problem(home, AWS_PROFILE="acme")


def test_a_missing_profile_is_named_even_beside_keys(home: Path) -> None:
    found = problem(home, AWS_PROFILE="gone", AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="B")

    assert found == (
        "there is no AWS profile gone in ~/.aws/config or ~/.aws/credentials: aws configure sso --profile gone"
    )


def test_a_role_stands_on_the_session_of_its_source(home: Path) -> None:
    cache(home, "corp", expiresAt=EARLIER)

    assert "session of profile acme expired" in problem(home, AWS_PROFILE="deploy")
    assert not problem(home, AWS_PROFILE="machine")


def test_roles_in_a_circle_are_named(home: Path) -> None:
    (home / ".aws" / "config").write_text(
        "[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = y\nsource_profile = a\n"
    )

    assert "a -> b -> a refer to each other" in problem(home, AWS_PROFILE="a")


def test_a_session_that_the_file_does_not_have_is_named(home: Path) -> None:
    (home / ".aws" / "config").write_text("[profile a]\nsso_session = nowhere\n")

    assert "names the SSO session nowhere, which ~/.aws/config does not have" in problem(home, AWS_PROFILE="a")


def test_keys_in_variables_count_until_their_end(home: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "C"}

    assert not problem(home, **keys)
    assert not problem(home, **keys, AWS_CREDENTIAL_EXPIRATION=LATER)
    assert "expired 3 h ago" in problem(home, **keys, AWS_CREDENTIAL_EXPIRATION=EARLIER)


def test_temporary_keys_in_the_file_count_until_the_end_that_is_noted_there(home: Path) -> None:
    file = home / ".aws" / "credentials"
    noted = f"aws_session_token = x\nx_security_token_expires = {EARLIER}\n"

    assert not problem(home, AWS_PROFILE="keys")
    file.write_text(CREDENTIALS + noted)
    assert "the temporary AWS keys of profile keys expired 3 h ago" in problem(home, AWS_PROFILE="keys")


def test_a_sign_in_with_the_browser_lasts_twelve_hours(home: Path) -> None:
    assert "was never made here: aws login --profile quoted" in problem(home, AWS_PROFILE="quoted")
    folder = home / ".aws" / "login" / "cache"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{}")
    written = (folder / "x.json").stat().st_mtime

    assert not problem_at(written + 3600, home, {"AWS_PROFILE": "quoted"})
    assert "expired 1 h ago" in problem_at(written + 13 * 3600 + 5, home, {"AWS_PROFILE": "quoted"})


def test_what_needs_no_session_has_no_problem(home: Path) -> None:
    for extra in ({"AWS_BEARER_TOKEN_BEDROCK": "k"}, {"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}):
        assert not problem(home, AWS_PROFILE="gone", **extra)
    assert not problem(home, AWS_PROFILE="tool")
    assert not sessions.problem("console", {"AWS_PROFILE": "gone"}, str(home), NOW)
    assert not sessions.problem("", {}, str(home), NOW)


def test_no_credentials_at_all_are_a_problem_unless_the_machine_may_have_a_role(home: Path, tmp_path: Path) -> None:
    (home / ".aws" / "config").unlink()

    assert "there are no AWS credentials here" in problem(home)
    assert not problem(home, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/x")
    (tmp_path / "firmware" / "sys_vendor").write_text("Amazon EC2\n")
    assert not problem(home)
    (tmp_path / "firmware" / "sys_vendor").unlink()
    assert not problem(home)


def test_files_that_cannot_be_read_are_said(home: Path) -> None:
    (home / ".aws" / "config").unlink()
    os.mkfifo(home / ".aws" / "config")
    assert "~/.aws/config: is not a regular file" in problem(home, AWS_PROFILE="acme")

    (home / ".aws" / "config").unlink()
    (home / ".aws" / "config").write_bytes(b"[profile \xff]\n")
    assert "is not UTF-8" in problem(home, AWS_PROFILE="acme")


@pytest.mark.parametrize("auth", ["bedrock", "mantle", "anthropic-aws", "vertex", "anthropic-google-cloud", "foundry"])
def test_every_cloud_method_is_looked_at(home: Path, auth: str) -> None:
    assert sessions.problem(auth, {"AWS_PROFILE": "gone"}, str(home), NOW)


def adc(path: Path, **content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "authorized_user", "refresh_token": TOKEN, **content}))
    return path


def vertex(home: Path, **variables: str) -> str:
    found = sessions.problem("vertex", variables, str(home), NOW)
    assert TOKEN not in found
    return found


def test_a_login_of_google_is_found_where_claude_code_looks(home: Path) -> None:
    assert "gcloud auth application-default login" in vertex(home)
    adc(home / ".config" / "gcloud" / google.ADC, quota_project_id="acme-ai")

    assert not vertex(home)
    assert google.project({}, str(home)) == "acme-ai"
    assert google.credentials({}, str(home)).label == "a person's login"


def test_a_key_file_that_is_not_there_is_named(home: Path) -> None:
    adc(home / ".config" / "gcloud" / google.ADC)
    gone = home / "gone.json"

    assert f"names ~/{gone.name}, which is not there" in vertex(home, GOOGLE_APPLICATION_CREDENTIALS=str(gone))


def test_a_folder_of_gcloud_that_claude_code_ignores_is_said(home: Path) -> None:
    file = adc(home / "acme" / google.ADC)

    assert "Claude Code ignores CLOUDSDK_CONFIG" in vertex(home, CLOUDSDK_CONFIG=str(home / "acme"))
    assert not vertex(home, CLOUDSDK_CONFIG=str(home / "acme"), GOOGLE_APPLICATION_CREDENTIALS=str(file))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"type": "strange"}', '{"type": 5}'])
def test_a_damaged_login_of_google_is_a_problem_and_no_traceback(home: Path, text: str) -> None:
    adc(home / ".config" / "gcloud" / google.ADC).write_text(text)

    assert vertex(home)


def test_the_configurations_of_gcloud_are_listed_with_the_active_one_first(home: Path) -> None:
    folder = home / ".config" / "gcloud" / "configurations"
    folder.mkdir(parents=True)
    (folder / "config_default").write_text("[core]\nproject = mine\naccount = me@example.com\n")
    (folder / "config_acme").write_text("[core]\nproject = acme-ai\n[compute]\nregion = europe-west1\n")
    (folder / "config_broken").mkdir()
    (folder.parent / "active_config").write_text("acme\n")

    found = google.configurations({}, str(home))

    assert [(c.name, c.project, c.account, c.region, c.active) for c in found] == [
        ("acme", "acme-ai", "", "europe-west1", True),
        ("default", "mine", "me@example.com", "", False),
    ]
    assert google.configurations({"CLOUDSDK_CONFIG": str(home)}, str(home)) == ()


def az(home: Path, *names: str) -> Path:
    folder = home / ".azure"
    folder.mkdir()
    entries = [
        {"id": n, "name": n, "tenantId": "t", "isDefault": n == names[-1], "user": {"name": "me"}} for n in names
    ]
    (folder / "azureProfile.json").write_text("\ufeff" + json.dumps({"subscriptions": entries}))
    (folder / "msal_token_cache.json").write_text(json.dumps({"RefreshToken": TOKEN}))
    return folder


def test_a_login_of_azure_is_found(home: Path) -> None:
    assert sessions.problem("foundry", {}, str(home), NOW) == "az is not signed in (~/.azure): az login"
    az(home, "one", "two")

    assert not sessions.problem("foundry", {}, str(home), NOW)
    assert [(s.name, s.user, s.active) for s in azure.subscriptions({}, str(home))] == [
        ("two", "me", True),
        ("one", "me", False),
    ]
    assert sessions.problem("foundry", {"AZURE_CONFIG_DIR": str(home / "other")}, str(home), NOW)


@pytest.mark.parametrize(
    "variables",
    [
        {"ANTHROPIC_FOUNDRY_API_KEY": "k"},
        {"ANTHROPIC_FOUNDRY_AUTH_TOKEN": "t"},
        {"CLAUDE_CODE_SKIP_FOUNDRY_AUTH": "true"},
        {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"},
        {"IDENTITY_ENDPOINT": "http://127.0.0.1"},
    ],
    ids=str,
)
def test_azure_needs_no_login_where_something_else_signs_in(home: Path, variables: dict[str, str]) -> None:
    assert not sessions.problem("foundry", variables, str(home), NOW)


def test_a_damaged_list_of_subscriptions_is_said(home: Path) -> None:
    (az(home, "one") / "azureProfile.json").write_text("{")

    assert "is not JSON" in sessions.problem("foundry", {}, str(home), NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:00:01Z", 951_825_601),
        ("2026-09-21T14:13:20Z", 1_790_000_000),
        ("2026-09-21T14:13:20.123Z", 1_790_000_000),
        ("2026-09-21T14:13:20UTC", 1_790_000_000),
        ("2026-09-21T14:13:20+00:00", 1_790_000_000),
        ("2026-09-21 14:13:20", 1_790_000_000),
        ("2026-09-21T14:13:20+02:00", None),
        ("", None),
        ("soon", None),
        ("٢٠٢٦-09-21T14:13:20Z", None),
    ],
)
def test_times_are_read_as_the_clouds_write_them(text: str, seconds: int | None) -> None:
    assert foreign.timestamp(text) == seconds


def test_times_agree_with_the_calendar() -> None:
    for day in range(0, 40_000, 17):
        moment = day * 86_400 + 3_661
        assert foreign.timestamp(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))) == moment


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"a": "b"},
        {"a": 1, "b": "c", "d": None, "e": True, "f": ""},
        {"a": 'quote "', "b": "back\\slash", "c": "brace }"},
        {"a": {"b": "c"}, "d": ["e"], "f": "g"},
        {"a": ":", "b": ",", "c": ", \n"},
    ],
    ids=str,
)
def test_the_quick_reader_of_strings_agrees_with_json(tmp_path: Path, content: dict[str, object]) -> None:
    for indent in (None, 2):
        (tmp_path / "f").write_text(json.dumps(content, indent=indent))
        expected = {key: value for key, value in content.items() if isinstance(value, str)}
        assert foreign.strings(str(tmp_path / "f")) == expected


@pytest.mark.parametrize(
    "text", ['{"a" "b"}', '{"a": "b" "c": "d"}', '{"a": "b", "c"}', '{"a"}', '{"a":}', '{x"a": "b"}']
)
def test_the_quick_reader_of_strings_leaves_errors_to_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text)

    with pytest.raises(ConfigError, match="is not JSON"):
        foreign.strings(str(tmp_path / "f"))


def test_a_healthy_session_is_judged_without_loading_anything_heavy(home: Path) -> None:
    """Activation asks this question."""
    cache(home, "corp")
    code = (
        "import sys; sys.path.insert(0, 'src'); from ctx.claude import sessions; before = set(sys.modules)\n"
        f"assert not sessions.problem('bedrock', {{'AWS_PROFILE': 'acme'}}, {str(home)!r}, {NOW})\n"
        "print(*sorted(set(sys.modules)))"
    )
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.split())
    assert "ctx.claude.aws" in loaded
    assert not loaded & {"re", "json", "configparser", "hashlib", "datetime", "collections", "subprocess", "typing"}


def test_only_profiles_by_that_name_are_profiles_of_the_configuration(home: Path) -> None:
    """The SDK takes `[name]` for a profile in the credentials file, and in the configuration `[profile name]` alone."""
    (home / ".aws" / "config").write_text("[acme]\nregion = r\n[services x]\ns3 =\n[profile real]\nregion = r\ns3 =\n")

    found = {profile.name: profile.settings for profile in aws.profiles({}, str(home))}
    assert set(found) == {"real", "keys"}
    assert found["real"] == {"region": "r"}


def test_comments_in_the_configuration_are_no_settings(home: Path) -> None:
    (home / ".aws" / "config").write_text(
        "[profile a]\n# region = one\n; region = two\n  # region = three\nregion = four ; five\n"
    )

    assert aws.region({"AWS_PROFILE": "a"}, str(home)) == "four"


def test_an_identity_of_a_pod_needs_its_token_file(home: Path) -> None:
    (home / ".aws" / "config").write_text("[profile pod]\nrole_arn = r\nweb_identity_token_file = ~/token\n")

    assert "wants the token file ~/token, which is not there" in problem(home, AWS_PROFILE="pod")
    (home / "token").write_text("t")
    assert not problem(home, AWS_PROFILE="pod")


def test_a_profile_without_credentials_is_named(home: Path) -> None:
    (home / ".aws" / "config").write_text("[profile empty]\nregion = r\n")

    expected = "the AWS profile empty holds no credentials: aws configure sso --profile empty"
    assert problem(home, AWS_PROFILE="empty") == expected


def test_a_file_of_google_that_names_no_type_is_said_to(home: Path) -> None:
    adc(home / ".config" / "gcloud" / google.ADC).write_text("{}")

    assert "names no type" in vertex(home)


def test_a_file_beside_the_configurations_is_none(home: Path) -> None:
    folder = home / ".config" / "gcloud" / "configurations"
    folder.mkdir(parents=True)
    (folder / "README").write_text("[core]\nproject = x\n")

    assert google.configurations({}, str(home)) == ()


def test_machines_of_google_need_no_login(home: Path, tmp_path: Path) -> None:
    assert not vertex(home, K_SERVICE="run")
    (tmp_path / "firmware" / "sys_vendor").write_text("Google\n")
    assert not vertex(home)
    assert "there are no AWS credentials" in sessions.problem("bedrock", {"AWS_PROFILE": ""}, str(home / "none"), NOW)


def test_what_a_damaged_key_file_needs_depends_on_whose_it_is(home: Path) -> None:
    mine = adc(home / "key.json")
    mine.write_text("{")
    assert "put the key file there, or unset" in vertex(home, GOOGLE_APPLICATION_CREDENTIALS=str(mine))

    moved = adc(home / "acme" / google.ADC)
    moved.write_text("{")
    both = {"CLOUDSDK_CONFIG": str(home / "acme"), "GOOGLE_APPLICATION_CREDENTIALS": str(moved)}
    assert vertex(home, **both).endswith(f": {google.LOGIN}")


def test_machines_of_azure_and_other_tools_of_its_need_no_login_of_az(home: Path, tmp_path: Path) -> None:
    (tmp_path / "firmware" / "sys_vendor").write_text("Microsoft Corporation\n")
    assert sessions.problem("foundry", {}, str(home), NOW)
    (tmp_path / "firmware" / "chassis_asset_tag").write_text("7783-7084-3265-9085-8269-3286-77\n")
    assert not sessions.problem("foundry", {}, str(home), NOW)

    (tmp_path / "firmware" / "chassis_asset_tag").unlink()
    (home / ".azd").mkdir()
    (home / ".azd" / "auth.json").write_text('{"a": 1}')
    assert not sessions.problem("foundry", {}, str(home), NOW)


def test_a_mac_may_belong_to_aws_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert [hosted.may_be(cloud) for cloud in (hosted.AWS, hosted.GOOGLE, hosted.AZURE)] == [True, False, False]


def test_files_longer_than_any_real_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x" * 11)

    assert foreign.read(str(tmp_path / "f"), 11)
    with pytest.raises(ConfigError, match="11 bytes long; ctx reads at most 10"):
        foreign.read(str(tmp_path / "f"), 10)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (172_799, "47 h ago"),
        (172_800, "2 days ago"),
    ],
)
def test_spans_of_time_are_told_in_the_unit_that_says_enough(seconds: float, text: str) -> None:
    assert foreign.ago(seconds) == text
