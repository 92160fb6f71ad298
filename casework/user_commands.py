"""Commands about the console's accounts: who may sign in, as what, and how."""

from typing import Annotated

import typer

from store.options import JsonOption, LimitOption, WorkspaceOption

users = typer.Typer(help="Accounts of the console.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="the account's name")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="read the password from stdin, not the terminal")]
RoleOption = Annotated[str, typer.Option(help="analyst, supervisor, operator, data scientist or auditor")]
SubjectOption = Annotated[
    str, typer.Option("--sso", metavar="SUBJECT", help="who they are at the single sign-on provider; no password then")
]


@users.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption,
    password_stdin: StdinOption = False,
    sso: SubjectOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Make an account and ask for its password. Example: sidelight users add ana --role analyst"""
    from casework import accounts
    from casework.records import Role
    from models.labels import choose
    from store import audit
    from store.workspace import open_workspace

    chosen = choose(Role, role, "the role")
    password = None if sso else _password(password_stdin)
    accounts.add(open_workspace(workspace), name, chosen, password, audit.operator(), subject=sso or None)
    typer.echo(f"{name} may sign in as {chosen}")


@users.command("list")
def list_users(workspace: WorkspaceOption = None, limit: LimitOption = 1000, json: JsonOption = False) -> None:
    """List accounts with role and state."""
    import sys
    from dataclasses import asdict

    import orjson

    from casework import accounts
    from store.workspace import open_workspace

    with open_workspace(workspace).read() as connection:
        found = accounts.every(connection)[:limit]
    for one in found:
        if json:
            sys.stdout.write(orjson.dumps(asdict(one)).decode() + "\n")
        else:
            typer.echo(f"{one.name:<20} {one.role:<15} {'disabled' if one.disabled else 'open'}")


@users.command("disable")
def disable_user(
    name: NameArgument,
    enable: Annotated[bool, typer.Option("--enable", help="open the account again")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Close an account and end its sessions."""
    from casework import accounts
    from store import audit
    from store.workspace import open_workspace

    accounts.set_disabled(open_workspace(workspace), name, audit.operator(), disabled=not enable)
    typer.echo(f"{name} is {'open' if enable else 'disabled'}")


@users.command("password")
def change_password(name: NameArgument, password_stdin: StdinOption = False, workspace: WorkspaceOption = None) -> None:
    """Set a new password, lift a lock, end the account's sessions and revoke its tokens."""
    from casework import accounts
    from store import audit
    from store.workspace import open_workspace

    accounts.set_password(open_workspace(workspace), name, _password(password_stdin), audit.operator())
    typer.echo(f"{name} has a new password")


@users.command("role")
def change_role(name: NameArgument, role: RoleOption, workspace: WorkspaceOption = None) -> None:
    """Give an account another role and end its sessions."""
    from casework import accounts
    from casework.records import Role
    from models.labels import choose
    from store import audit
    from store.workspace import open_workspace

    chosen = choose(Role, role, "the role")
    accounts.set_role(open_workspace(workspace), name, chosen, audit.operator())
    typer.echo(f"{name} is now {chosen}")


@users.command("link")
def link_user(
    name: NameArgument,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="the person's `sub` at the single sign-on provider")
    ],
    workspace: WorkspaceOption = None,
) -> None:
    """Let an account be opened by single sign-on. The provider's page after a first try names the subject."""
    from casework import accounts
    from store import audit
    from store.workspace import open_workspace

    accounts.link(open_workspace(workspace), name, subject, audit.operator())
    typer.echo(f"{name} is opened by single sign-on")


@users.command("factor")
def second_factor(
    name: NameArgument,
    remove: Annotated[
        bool, typer.Option("--remove", help="take it away, and all passkeys: devices and recovery codes are lost")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Give an account a second factor: shows a secret for an authenticator app, asks for a code, prints recovery codes."""
    from casework import accounts, factors
    from store import audit
    from store.audit import Via
    from store.errors import UsageError
    from store.workspace import open_workspace

    opened = open_workspace(workspace)
    with opened.read() as connection:
        if accounts.find(connection, name) is None:
            raise UsageError(f"there is no account {name!r}; see sidelight users list")
    if remove:
        factors.remove(opened, name, audit.operator())
        typer.echo(f"{name} has no second factor any more")
        return
    secret = factors.new_secret()
    typer.echo(f"secret for the authenticator app: {secret}\nor as an address: {factors.uri(secret, name)}")
    typed = str(typer.prompt("Code that the app shows now"))
    codes = factors.enrol(opened, name, secret, typed, audit.operator(), Via.COMMAND)
    typer.echo("Recovery codes, each good once; keep them apart from the device:")
    for one in codes:
        typer.echo(f"  {one}")


@users.command("about")
def about_user(
    name: NameArgument,
    own: Annotated[list[str] | None, typer.Option("--name", help="a name of theirs; repeatable")] = None,
    home: Annotated[list[str] | None, typer.Option(help="a place they live in; repeatable")] = None,
    contact: Annotated[list[str] | None, typer.Option(help="a phone, e-mail or handle of theirs; repeatable")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Say which searches would be about the person themself; kept as keyed hashes, for the oversight page alone."""
    from casework import ownterms
    from store import audit
    from store.workspace import open_workspace

    said = {ownterms.NAME: own or [], ownterms.HOME: home or [], ownterms.CONTACT: contact or []}
    count = ownterms.save(open_workspace(workspace), name, said, audit.operator())
    typer.echo(f"{count} terms are known of {name}")


def _password(stdin: bool) -> str:
    import sys

    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))
