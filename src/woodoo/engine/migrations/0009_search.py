"""Words by which records are found, and lists of one connection or of what is held up that cost the same however long."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from woodoo.domain.search import words_of

#: Records whose words are noted at once.
_AT_ONCE = 2000


def note_words(apps, schema_editor):
    """Note what is known of the records that are there: their titles and the names of their documents in Odoo."""
    Work = apps.get_model("engine", "Work")
    Link = apps.get_model("engine", "Link")
    last = 0
    while True:
        works = list(Work.objects.filter(pk__gt=last).order_by("pk")[:_AT_ONCE].values("pk", "connection_id", "lane", "record", "title"))
        if not works:
            return
        last = works[-1]["pk"]
        links = Link.objects.filter(
            connection_id__in={one["connection_id"] for one in works}, external_id__in={one["record"] for one in works}
        ).exclude(odoo_name__in=("", "draft"))
        names = {}
        for connection_id, external_id, model, name in links.values_list(
            "connection_id", "external_id", "odoo_model", "odoo_name"
        ):
            names.setdefault((connection_id, external_id), []).append((model, name))
        rows = [_row(one, names.get((one["connection_id"], one["record"]), ())) for one in works]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO engine_searchwords (work_id, words, person_at)
                   SELECT v.id, array_to_tsvector(string_to_array(v.words, chr(10))), CASE WHEN v.person THEN now() END
                     FROM unnest(%s::bigint[], %s::text[], %s::bool[]) AS v (id, words, person)
                   ON CONFLICT (work_id) DO NOTHING""",
                [list(column) for column in zip(*rows, strict=True)],
            )


def _row(work, names):
    by_store_id = work["lane"] in ("orders", "fulfilment", "refunds", "products_in")
    of_people = work["lane"] in ("customers", "customers_in")
    names = names if by_store_id else ()
    people = [name for model, name in names if model == "res.partner"] + ([work["title"]] if of_people else [])
    words = [name for model, name in names if model != "res.partner"] + ([] if of_people else [work["title"]])
    marked = [f"@{word}" for word in words_of(people)]
    return work["pk"], "\n".join([f"~{work['connection_id']}", *words_of(words), *marked]), bool(marked)


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0008_meters"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWords",
            fields=[
                (
                    "work",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_words",
                        serialize=False,
                        to="engine.work",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("person_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunPython(note_words, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="searchwords",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], gin_pending_list_limit=512, name="engine_searchwords_words"
            ),
        ),
        migrations.AddIndex(
            model_name="searchwords",
            index=models.Index(
                condition=models.Q(("person_at__isnull", False)),
                fields=["person_at"],
                name="engine_searchwords_person",
            ),
        ),
        migrations.RemoveIndex(model_name="event", name="engine_event_received"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("source__in", ["webhook", "poll"])),
                fields=["connection_id", "received_at"],
                name="engine_event_news",
            ),
        ),
        migrations.RemoveIndex(model_name="work", name="engine_work_state"),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(fields=["connection_id", "state", "flow"], name="engine_work_counted"),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(fields=["connection_id", "-updated_at", "-id"], name="engine_work_of"),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                condition=models.Q(("state__in", ["parked", "failed", "waiting"])),
                fields=["-updated_at", "-id"],
                name="engine_work_held",
            ),
        ),
    ]
