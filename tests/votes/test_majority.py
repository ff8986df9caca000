from fedbbpt.extraction import Abstain
from fedbbpt.votes.majority import majority, sample_of


def test_most_samples_win_and_abstentions_never_do() -> None:
    assert majority(["7", Abstain("refused"), Abstain("refused"), Abstain("truncated")]) == "7"


def test_a_tie_goes_by_the_choices_and_then_by_text() -> None:
    assert majority(["b", "a"]) == "a"
    assert majority(["a", "b"], ("b", "a")) == "b"


def test_no_answer_at_all_abstains() -> None:
    assert majority([]) == Abstain("no answer")
    assert majority([Abstain("truncated")]) == Abstain("no answer")


def test_what_was_read_becomes_a_sample() -> None:
    paraphrased = sample_of("7", original=False, confidence=-0.5)

    assert (paraphrased.answer, paraphrased.original, paraphrased.confidence) == ("7", False, -0.5)
    assert sample_of(Abstain("truncated")).answer is None
