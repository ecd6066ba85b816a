"""What orders came to on both sides when somebody looked last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0006_language")]

    operations = [
        migrations.CreateModel(
            name="MoneySeen",
            fields=[
                ("work_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("currency", models.CharField(default="", max_length=10)),
                ("totals", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("problem", models.TextField(default="")),
            ],
        ),
    ]
