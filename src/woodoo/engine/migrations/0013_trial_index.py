"""The few records of test runs are found at once, to be taken off what is counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0012_course")]

    operations = [
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                condition=models.Q(("trial", True)),
                fields=["connection_id", "flow", "state"],
                name="engine_work_trial",
            ),
        ),
    ]
