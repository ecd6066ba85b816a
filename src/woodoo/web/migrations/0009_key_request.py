"""A new key that somebody has a store make for a connection that is there."""

import django.db.models.deletion
import woodoo.connections.secrets
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0008_second_factor_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connection_id", models.IntegerField()),
                ("auth_digest", models.CharField(db_index=True, default="", max_length=64)),
                ("auth_until", models.DateTimeField()),
                ("store_key", woodoo.connections.secrets.EncryptedTextField(default="", verbose_name="renewed store key")),
                (
                    "store_secret",
                    woodoo.connections.secrets.EncryptedTextField(default="", verbose_name="renewed store secret"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="key_request",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
