from django.db import migrations, models
from django.db.models.functions import Cast


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0005_trips"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                models.F("connection_id"),
                models.F("lane"),
                Cast("record", models.BigIntegerField()),
                condition=models.Q(("record__regex", "^[0-9]{1,18}$")),
                name="engine_work_number",
            ),
        ),
    ]
