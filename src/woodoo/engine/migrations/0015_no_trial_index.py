"""Records of test runs are known with all others (`woodoo.engine.totals`); nothing looks for them alone any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("engine", "0014_totals")]

    operations = [migrations.RemoveIndex(model_name="work", name="engine_work_trial")]
