from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0004_faults_and_feeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="work",
            name="trips",
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
