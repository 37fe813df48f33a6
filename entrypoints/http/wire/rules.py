"""A library's rules for what comes in, in JSON."""

from pydantic import Field

from domain.access import Library
from domain.recipe_rule import MAX_RULES, Into, RecipeRule
from entrypoints.http.wire.common import Asked, example


class RecipeRuleView(Asked):
    recipe: str = Field(max_length=64, description="A name, whose latest version is meant, or name@version.")
    into: Into = Field(Into.RENDITION, description="A file beside the recording, or a recording of its own.")
    query: dict[str, list[str]] = Field(
        default_factory=dict,
        description="For which recordings: the filters of GET /recordings, each with its values; for all where empty.",
    )


class RulesView(Asked):
    """Each is followed once, for every recording that becomes ready and that no recipe made."""

    model_config = example(
        rules=[
            {"recipe": "web-opus"},
            {"recipe": "speech-16k@1", "into": "recording", "query": {"duration[gte]": ["1"], "container": ["wav"]}},
        ]
    )

    rules: list[RecipeRuleView] = Field(max_length=MAX_RULES)

    @classmethod
    def of(cls, library: Library) -> "RulesView":
        return cls(
            rules=[
                RecipeRuleView(
                    recipe=rule.recipe,
                    into=rule.into,
                    query={name: list(values) for name, values in rule.query.items()},
                )
                for rule in library.recipes_on_upload
            ]
        )

    def asked(self) -> tuple[RecipeRule, ...]:
        return tuple(
            RecipeRule(rule.recipe, rule.into, {name: tuple(values) for name, values in rule.query.items()})
            for rule in self.rules
        )
