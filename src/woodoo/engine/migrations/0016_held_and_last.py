"""What waits and what is held up is counted and listed in indexes alone, however long the backlog behind it.

Three indexes are made anew with more in them, none is added; an event costs the engine no more writes than before.

| index             | since then                                                                                    |
|-------------------|-----------------------------------------------------------------------------------------------|
| engine_work_due   | says which are of test runs and when they changed: a queue is counted without a look at them  |
| engine_work_held  | goes by state: what needs a person is listed without passing what is tried again by itself    |
| engine_work_cause | says when, which, in what state and lane: causes are counted without a look at the records    |

When the last record was done is noted with what is counted anyway (`woodoo.engine.course`). Of the time before, nothing
is noted; there the to-do list is asked as it was.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("engine", "0015_no_trial_index")]

    operations = [
        migrations.AddField(model_name="course", name="done_at", field=models.DateTimeField(null=True)),
        migrations.RemoveIndex(model_name="work", name="engine_work_due"),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                fields=["connection_id", "lane", "priority", "due_at", "id"],
                include=["trial", "updated_at"],
                condition=Q(state__in=["ready", "waiting"]),
                name="engine_work_due",
            ),
        ),
        migrations.RemoveIndex(model_name="work", name="engine_work_held"),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                fields=["state", "-updated_at", "-id"],
                condition=Q(state__in=["parked", "failed", "waiting"]),
                name="engine_work_held",
            ),
        ),
        migrations.RemoveIndex(model_name="work", name="engine_work_cause"),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                fields=["connection_id", "cause", "updated_at", "id"],
                include=["state", "trial", "lane", "priority"],
                condition=Q(state__in=["parked", "failed"]),
                name="engine_work_cause",
            ),
        ),
    ]
