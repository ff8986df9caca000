import pytest

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.yes_no import YesNo

READER = YesNo().about("")
NONE, SEVERAL = Abstain("no answer"), Abstain("several answers")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Yes.", "yes"),
        ("**NO**", "no"),
        ("True", "yes"),
        ("No, because yes was wrong.", "no"),
        ("The answer is no, as there is no reason for yes.", "no"),
        ("There is no reason to doubt it. Yes, it floats.", "yes"),
        ("It floats. So, yes.", "yes"),
        ("Yes, at first. Therefore, no.", "no"),
        ("So, the answer is:\n\nYes, trees are.", "yes"),
        ("not ( True ) is\n\nFalse", "no"),
    ],
)
def test_yes_and_no_are_read_in_words(reply: str, answer: str) -> None:
    assert READER.extract(reply) == answer


@pytest.mark.parametrize(
    ("reply", "abstained"),
    [
        ("There is no reason.", NONE),
        ("Do cats swim? Yes, some do.\nDo lions?\nNobody has looked.", NONE),
        ("Answer yes or no", NONE),
        ("The answer is yes or no.", SEVERAL),
        ("Nobody knows", NONE),
        ("The answer is yesterday.", NONE),
    ],
)
def test_what_says_neither_or_both_abstains(reply: str, abstained: Abstain) -> None:
    assert READER.extract(reply) == abstained


def test_a_task_may_have_words_of_its_own() -> None:
    reader = YesNo(yes=("valid",), no=("invalid", "not valid")).about("")

    assert reader.extract("The argument is examined. The answer is invalid.") == "no"
    assert reader.canonical("Valid") == "yes"
    assert reader.canonical("yes") == "yes"


@pytest.mark.parametrize(
    "settings",
    [
        {"yes": ()},
        {"no": ("",)},
        {"yes": ("ok",), "no": ("OK",)},
        {"yes": ("no",)},
    ],
)
def test_words_that_mean_both_or_nothing_are_refused(settings: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"^yes: "):
        YesNo(**settings)  # type: ignore[arg-type]
