from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.canonical import canonical_json
from fedbbpt.endpoints.records.call_records import Intent, intent_record, read_call
from fedbbpt.endpoints.spending.ledger import Worst

COUNTS = st.integers(0, 2**53)
INTENTS = st.builds(
    Intent,
    key=st.text("0123456789abcdef", min_size=1),
    attempt=st.integers(1, 9),
    owner=st.text(st.characters(codec="utf-8")),
    worst=st.builds(Worst, COUNTS, st.none() | COUNTS),
    at=COUNTS,
)


@given(INTENTS)
def test_an_intent_is_the_canonical_json_of_its_values_and_comes_back(intent: Intent) -> None:
    key, attempt, owner, (tokens, money), at = intent
    values = {"t": "intent", "key": key, "attempt": attempt, "client": owner, "worst": tokens}
    values |= {"at": at} | ({} if money is None else {"nanodollars": money})

    payload = intent_record(intent)

    assert payload == canonical_json(values)
    assert read_call(payload) == intent
