from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("engine", "0010_findings"),
    ]

    operations = [
        migrations.AddField(
            model_name="work",
            name="trial",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
