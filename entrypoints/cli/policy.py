"""`audio-backend library policy …`."""

from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.policy import Policy, Rule, Verdict
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session

policy_app = typer.Typer(no_args_is_help=True, help="Which findings hold a recording back.")


@policy_app.command("show")
def show_policy(context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Show a library's rules. What no rule speaks of is accepted."""
    session: Session = context.obj
    with session.container() as container:
        policy = container.use_cases.get_library()(session.actor(container, library)).policy
    _print(session, policy, as_json)


@policy_app.command("set")
def set_policy(
    context: typer.Context,
    rules: Annotated[
        list[str],
        typer.Argument(
            metavar="CODE=VERDICT[:SECONDS]...",
            help="E.g. clipping=quarantine:0.5 all-silence=reject. Verdicts: accept, quarantine, reject.",
        ),
    ],
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Put these rules in the place of all there were. `reanalyse --all` applies them to what was heard before."""
    session: Session = context.obj
    policy = Policy(tuple(_rule(rule) for rule in rules))
    with session.container() as container:
        actor = session.actor(container, library)
        version = container.use_cases.get_library()(actor).version
        governed = container.use_cases.set_policy()(actor, policy, version)
    _print(session, governed.policy, as_json)


def _rule(text: str) -> Rule:
    code, _, said = text.partition("=")
    verdict, _, seconds = said.partition(":")
    try:
        asked, least = Verdict(verdict), float(seconds) if seconds else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not of the form CODE=VERDICT[:SECONDS].") from error
    return Rule(code, asked, least)


def _print(session: Session, policy: Policy, as_json: bool) -> None:
    if as_json:
        rules = [{"code": r.code, "verdict": r.verdict, "min_seconds": r.min_seconds} for r in policy.rules]
        session.print_json({"rules": rules})
        return
    table = Table("finding", "verdict", "from seconds on")
    for rule in policy.rules:
        table.add_row(rule.code, rule.verdict, "" if rule.min_seconds is None else f"{rule.min_seconds:g}")
    session.out.print(table if policy.rules else "Everything is accepted.")
