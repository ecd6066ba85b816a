"""Finds records by what people call them: order number, customer, SKU, document in Odoo.

Decides how that stays fast and private:

| what                                          | how                                                                  |
|-----------------------------------------------|----------------------------------------------------------------------|
| words of a record                             | one row beside it, with an index of all words (`SearchWords`)        |
| names and addresses of people                 | marked, so that only readers of personal data find anything by them  |
| a record nobody has looked at yet             | found by its id                                                      |
| what waits for a person or is tried again     | by any part of its title or message, too                             |
| a search that fits more than `MOST` records   | asked of each row while the list is walked, in place of counted      |

What is known of a record is added to: an order whose customer has changed is found by both. Words of people go when
the record was not looked at for WOODOO_KEEP_DAYS, and at once where they are erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from woodoo.domain.search import Asked, asked, words_of
from woodoo.engine import db
from woodoo.engine.flow import LinkVals, Outcome
from woodoo.engine.models import Work

__all__ = ["MOST", "Search", "by_person", "connections_with_work", "forget_people", "note", "people_of"]

#: A search that fits more records than this is not counted.
MOST = 5_000
#: Connections that are named in a search.
_FEW = 10
#: What marks a word of a person, and the word that stands for a connection.
_PERSON, _CONNECTION = "@", "~"
#: Lanes whose titles name people, and models whose names are people's.
_LANES_OF_PEOPLE = frozenset({"customers", "customers_in"})
_PARTNER = "res.partner"
#: Whether a record has words. What nobody has looked at has none yet, so that a long backlog is passed quickly.
_FITS = """(NOT (engine_work.state = 'ready' AND engine_work.generation = 1 AND engine_work.attempts = 0
                 AND engine_work.title = '')
            AND (SELECT s.words @@ %s::tsquery FROM engine_searchwords s WHERE s.work_id = engine_work.id))"""
#: States whose records are found by their messages.
_TOLD = ("parked", "failed", "waiting")

_NOTE = """
    INSERT INTO engine_searchwords AS s (work_id, words, person_at)
    SELECT v.id, array_to_tsvector(string_to_array(v.words, chr(10))), CASE WHEN v.person THEN now() END
      FROM unnest(%s::bigint[], %s::text[], %s::bool[]) AS v (id, words, person) ORDER BY v.id
    ON CONFLICT (work_id) DO UPDATE SET
        words = s.words || EXCLUDED.words, person_at = COALESCE(EXCLUDED.person_at, s.person_at)
    WHERE s.words || EXCLUDED.words <> s.words
       OR COALESCE(s.person_at, '-infinity') < EXCLUDED.person_at - interval '1 day'
"""
_FORGET_PEOPLE = f"""
    UPDATE engine_searchwords s SET person_at = NULL, words = array_to_tsvector(
               ARRAY(SELECT w FROM unnest(tsvector_to_array(s.words)) AS w WHERE left(w, 1) <> '{_PERSON}'))
     WHERE s.person_at < now() - make_interval(days => %(days)s)
"""  # noqa: S608 - our own mark


def note(connection_id: int, lane: str, outcomes: Mapping[int, Outcome]) -> None:
    """Remember what the records of a batch, by work id, are found by. One statement, and no write where nothing is new.

    Call it within the transaction that writes down what came of them.
    """
    rows = [(number, *_words(connection_id, lane, outcome)) for number, outcome in sorted(outcomes.items())]
    rows = [row for row in rows if row[1]]
    if rows:
        db.change(_NOTE, [list(column) for column in zip(*rows, strict=True)])


def forget_people(days: int) -> int:
    """Forget the people of records nobody has looked at for so long, and return how many records that was."""
    return db.change(_FORGET_PEOPLE, {"days": days})


def by_person(address: str) -> list[tuple[int, str, str]]:
    """Return the records, as (connection, lane, record), that are found by exactly this name or address of a person."""
    whole = next((one.whole for one in asked(address)), "")
    return db.rows(
        """SELECT w.connection_id, w.lane, w.record FROM engine_searchwords s JOIN engine_work w ON w.id = s.work_id
            WHERE s.words @@ %s::tsquery""",
        [_quoted(_PERSON + whole)],
    )


def people_of(work_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the words of people by which these records are found."""
    found = db.rows(
        "SELECT work_id, tsvector_to_array(words) FROM engine_searchwords WHERE work_id = ANY(%s)", [list(work_ids)]
    )
    return {number: sorted(w[1:] for w in words if w.startswith(_PERSON)) for number, words in found}


def connections_with_work() -> list[int]:
    """Return which connections have any record, those that are gone as well."""
    return [
        number
        for (number,) in db.rows(
            """WITH RECURSIVE one AS (
                   (SELECT connection_id FROM engine_work ORDER BY connection_id LIMIT 1)
                   UNION ALL
                   SELECT (SELECT w.connection_id FROM engine_work w WHERE w.connection_id > one.connection_id
                            ORDER BY w.connection_id LIMIT 1)
                     FROM one WHERE one.connection_id IS NOT NULL)
               SELECT connection_id FROM one WHERE connection_id IS NOT NULL"""
        )
    ]


@dataclass(frozen=True)
class Search:
    """Somebody looks for a text among the records of some connections."""

    text: str
    connections: Sequence[int]
    #: The lanes a record of that id may be in.
    lanes: Sequence[str]
    #: Of these connections names and addresses of people may be read; None: of all.
    people_on: Sequence[int] | None = ()
    #: These are all there are.
    everywhere: bool = False

    def narrow(self, rows: QuerySet[Work]) -> tuple[QuerySet[Work], bool]:
        """Return those of the rows that fit, and whether they are few enough to be counted."""
        if not self.connections:
            return rows.none(), True
        by_words, few_words = self._by_words()
        by_message, few_messages = self._by_message(counted=few_words)
        return rows.filter(by_words | by_message | Q(pk__in=self._by_id())), few_words and few_messages

    def _by_words(self) -> tuple[Q, bool]:
        words = asked(self.text)
        if not words:
            return Q(pk__in=()), True
        query = self._query(words)
        found = db.rows("SELECT work_id FROM engine_searchwords WHERE words @@ %s::tsquery LIMIT %s", [query, MOST + 1])
        if len(found) <= MOST:
            return Q(pk__in=[number for (number,) in found]), True
        # Asked of each row as the list is walked: among so many it soon has a page full.
        return Q(RawSQL(_FITS, [query], output_field=BooleanField())), False  # noqa: S611 - the text is a parameter

    def _by_message(self, *, counted: bool) -> tuple[Q, bool]:
        """Return what fits by its message; not `counted`: what fits otherwise is too much to be counted already."""
        like = f"%{_for_like(self.text)}%"
        # Django would compare in capitals, which takes twice as long; letters of ASCII need no language's rules.
        plain = 'COLLATE "C"' if self.text.isascii() else ""
        said = f"(title {plain} ILIKE %s OR message {plain} ILIKE %s)"
        says = RawSQL(said, [like, like], output_field=BooleanField())  # noqa: S611 - the text is a parameter
        fits = Q(says, state__in=_TOLD)
        if not counted:
            return fits, False
        there = Work.objects.filter(fits, connection_id__in=list(self.connections))
        found = list(there.values_list("pk", flat=True)[: MOST + 1])
        return (Q(pk__in=found), True) if len(found) <= MOST else (fits, False)

    def _by_id(self) -> list[int]:
        there = Work.objects.filter(connection_id__in=list(self.connections), lane__in=list(self.lanes))
        return list(there.filter(record=self.text.removeprefix("#")).values_list("pk", flat=True))

    def _query(self, words: Sequence[Asked]) -> str:
        """Return what is asked of the index of words, in PostgreSQL's form."""
        parts = [self._one(word) for word in words]
        # With many connections it is cheaper to leave out the records of others afterwards.
        if not self.everywhere and 0 < len(self.connections) <= _FEW:
            parts.append("(" + " | ".join(_quoted(f"{_CONNECTION}{number}") for number in self.connections) + ")")
        return " & ".join(parts)

    def _one(self, word: Asked) -> str:
        if self.people_on is None:
            return f"({_fits(word)} | {_fits(word, _PERSON)})"
        if not self.people_on:
            return f"({_fits(word)})"
        there = " | ".join(_quoted(f"{_CONNECTION}{number}") for number in self.people_on)
        return f"({_fits(word)} | ({_fits(word, _PERSON)} & ({there})))"


def _fits(word: Asked, mark: str = "") -> str:
    whole = f"{_quoted(mark + word.whole)}:*"
    if not word.parts:
        return whole
    parts = [_quoted(mark + part) for part in word.parts]
    return f"({whole} | ({' & '.join(parts)}:*))"


def _words(connection_id: int, lane: str, outcome: Outcome) -> tuple[str, bool]:
    """Return the words a record is found by, a line each, and whether any is of a person."""
    people, words = list(outcome.found_by.people), list(outcome.found_by.words)
    (people if lane in _LANES_OF_PEOPLE else words).append(outcome.title)
    for link in outcome.links:
        (people if link.odoo_model == _PARTNER else words).append(_name(link))
    of_people, plain = words_of(people), words_of(words)
    lines = [*plain, *(_PERSON + word for word in of_people)]
    return "\n".join([f"{_CONNECTION}{connection_id}", *lines]) if lines else "", bool(of_people)


def _name(link: LinkVals) -> str:
    """Return the name of a document that has one of its own."""
    return link.odoo_name if link.odoo_name != "draft" else ""


def _quoted(word: str) -> str:
    """Return a word as PostgreSQL's text search takes it, whatever is in it."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _for_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
