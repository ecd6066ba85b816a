import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connection_id", models.IntegerField()),
                ("token", models.TextField(unique=True)),
                ("books", models.BooleanField(default=False)),
                ("state", models.TextField(choices=[("waiting", "Waiting"), ("running", "Running"), ("passed", "Passed"), ("failed", "Failed"), ("interrupted", "Interrupted")], default="waiting")),
                ("steps", models.JSONField(default=list)),
                ("records", models.JSONField(default=dict)),
                ("stopping", models.BooleanField(default=False)),
                ("cleaned_at", models.DateTimeField(null=True)),
                ("remains", models.JSONField(default=list)),
                ("started_by", models.TextField(default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["connection_id", "-id"], name="trials_trial_recent")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("state__in", ["waiting", "running"])), fields=("connection_id",), name="trials_trial_open")],
            },
        ),
    ]
