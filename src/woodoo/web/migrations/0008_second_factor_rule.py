"""Who has to have a second factor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0007_money_seen")]

    operations = [
        migrations.CreateModel(
            name="SecondFactorRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wanted", models.CharField(default="", max_length=20)),
            ],
        ),
    ]
