"""`audio-backend recipe …`: recipes come from files of JSON, in the words of the API."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.access import Actor
from domain.errors import Invalid
from domain.listing import MAX_LIMIT
from domain.parameter import Choice, Flag, Number, Parameter
from domain.recipe import Recipe, RecipeRef
from domain.step import Step, StepKind
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session
from entrypoints.container import Container
from entrypoints.http.wire.common import mistakes_of
from entrypoints.http.wire.recipes import NewRecipe, RecipeView
from entrypoints.http.wire.steps import StepKindView

recipe_app = typer.Typer(no_args_is_help=True, help="Chains of steps that change sound.")

_SHOWN = frozenset({"version", "built_in", "created_at", "created_by"})
"""What `show --json` says beside what a file says: it may be left in."""

FileArgument = Annotated[
    typer.FileText, typer.Argument(metavar="FILE", help="JSON with name, about and steps; - for standard input.")
]


@recipe_app.command("list")
def list_recipes(context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """List a library's recipes and those that ship, each in its latest version."""
    session: Session = context.obj
    with session.container() as container:
        found = _all(container, session.actor(container, library))
    if as_json:
        session.print_json([_plain(recipe) for recipe in found])
        return
    table = Table("recipe", "version", "steps", "about")
    for recipe in found:
        table.add_row(recipe.name, str(recipe.version), ", ".join(step.kind for step in recipe.steps), recipe.about)
    session.out.print(table)


@recipe_app.command("show")
def show_recipe(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help="Without a version, the latest.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Show one recipe with all that is set. What --json prints can be changed and given to `create` or `edit`."""
    session: Session = context.obj
    ref = RecipeRef.of(recipe)
    with session.container() as container:
        found = container.use_cases.get_recipe()(session.actor(container, library), ref.name, ref.version)
    _print(session, found, as_json)


@recipe_app.command("create")
def create_recipe(
    context: typer.Context, file: FileArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Make a recipe of a file."""
    session: Session = context.obj
    asked = _read(file)
    with session.container() as container:
        made = container.use_cases.create_recipe()(
            session.actor(container, library), asked.name, asked.about, asked.settled()
        )
    _print(session, made, as_json)


@recipe_app.command("edit")
def edit_recipe(
    context: typer.Context, file: FileArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Make the next version of a recipe. Those before it stay."""
    session: Session = context.obj
    asked = _read(file)
    with session.container() as container:
        actor = session.actor(container, library)
        version = container.use_cases.get_recipe()(actor, asked.name).version
        edited = container.use_cases.edit_recipe()(actor, asked.name, asked.about, asked.settled(), version)
    _print(session, edited, as_json)


@recipe_app.command("steps")
def list_steps(context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """List the steps that a recipe can have, with what can be set."""
    session: Session = context.obj
    with session.container() as container:
        kinds: tuple[StepKind, ...] = container.use_cases.list_steps()(session.actor(container, library))
    if as_json:
        session.print_json([StepKindView.of(kind).model_dump() for kind in kinds])
        return
    table = Table("step", "parameter", "values", "default", "meaning")
    for kind in kinds:
        table.add_section()
        table.add_row(kind.name, "", "", "", kind.about)
        for parameter in kind.parameters:
            table.add_row("", parameter.name, _values(parameter), _default(parameter), parameter.meaning)
    session.out.print(table)


def _read(file: typer.FileText) -> NewRecipe:
    """Raises Invalid, with every field that is wrong."""
    try:
        said = json.loads(file.read())
        if isinstance(said, dict):
            said = {name: value for name, value in said.items() if name not in _SHOWN}
        return NewRecipe.model_validate(said)
    except ValidationError as error:
        mistakes = "\n".join(f"{each['field']}: {each['message']}" for each in mistakes_of(error))
        raise Invalid(mistakes, field="file") from error
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The file is not JSON: {error}", field="file") from error


def _all(container: Container, actor: Actor) -> list[Recipe]:
    found: list[Recipe] = []
    cursor = None
    while True:
        page = container.use_cases.list_recipes()(actor, MAX_LIMIT, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _plain(recipe: Recipe) -> dict[str, Any]:
    return RecipeView.of(recipe).model_dump(mode="json", exclude={"links"})


def _print(session: Session, recipe: Recipe, as_json: bool) -> None:
    if as_json:
        session.print_json(_plain(recipe))
        return
    session.out.print(f"{recipe.ref}  {recipe.about}", highlight=False, markup=False)
    table = Table("step", "parameters")
    for step in recipe.steps:
        table.add_row(step.kind, _told(step))
    session.out.print(table)


def _told(step: Step) -> str:
    """What is set: optional parameters without a value say nothing."""
    said: Mapping[str, Any] = {name: value for name, value in step.parameters.items() if value is not None}
    return ", ".join(f"{name}={value:g}" if type(value) is float else f"{name}={value}" for name, value in said.items())


def _values(parameter: Parameter) -> str:
    if isinstance(parameter, Number):
        return f"{parameter.least:g} to {parameter.greatest:g} {parameter.unit}".rstrip()
    if isinstance(parameter, Choice):
        return ", ".join(parameter.options)
    return "true, false" if isinstance(parameter, Flag) else "a list"


def _default(parameter: Parameter) -> str:
    if parameter.default is None:
        return "" if parameter.optional else "must be said"
    return f"{parameter.default:g}" if isinstance(parameter, Number) else str(parameter.default).lower()
