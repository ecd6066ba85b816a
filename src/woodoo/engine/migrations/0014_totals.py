from django.db import migrations, models
from django.db.models import Q

_TRIGGERS = """
CREATE FUNCTION engine_work_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO engine_total (connection_id, flow, trial, records)
    SELECT connection_id, flow, trial, count(*) FROM added GROUP BY connection_id, flow, trial;
    RETURN NULL;
END $$;
CREATE FUNCTION engine_work_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO engine_total (connection_id, flow, trial, records)
    SELECT connection_id, flow, trial, -count(*) FROM deleted GROUP BY connection_id, flow, trial;
    RETURN NULL;
END $$;
CREATE FUNCTION engine_work_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO engine_total (connection_id, flow, trial, records)
    VALUES (OLD.connection_id, OLD.flow, OLD.trial, -1), (NEW.connection_id, NEW.flow, NEW.trial, 1);
    RETURN NULL;
END $$;
CREATE FUNCTION engine_work_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM engine_total;
    RETURN NULL;
END $$;

CREATE TRIGGER engine_work_added AFTER INSERT ON engine_work REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION engine_work_added();
CREATE TRIGGER engine_work_deleted AFTER DELETE ON engine_work REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION engine_work_deleted();
CREATE TRIGGER engine_work_moved AFTER UPDATE OF connection_id, flow, trial ON engine_work FOR EACH ROW
    WHEN ((OLD.connection_id, OLD.flow, OLD.trial) IS DISTINCT FROM (NEW.connection_id, NEW.flow, NEW.trial))
    EXECUTE FUNCTION engine_work_moved();
CREATE TRIGGER engine_work_emptied AFTER TRUNCATE ON engine_work
    FOR EACH STATEMENT EXECUTE FUNCTION engine_work_emptied();

INSERT INTO engine_total (connection_id, flow, trial, records)
SELECT connection_id, flow, trial, count(*) FROM engine_work GROUP BY connection_id, flow, trial;
"""
_CALLS_TOGETHER = f"""
INSERT INTO engine_course (connection_id, name, seconds, at, done, skipped, parked, failed, retried, timed,
                           milliseconds, within)
SELECT 0, name, seconds, at, sum(done), 0, 0, sum(failed), 0, sum(timed), sum(milliseconds),
       ARRAY[{", ".join(f"sum(within[{place}])::bigint" for place in range(1, 15))}]
  FROM engine_course WHERE name IN ('odoo', 'store') GROUP BY name, seconds, at
"""
_NO_TRIGGERS = "".join(
    f"DROP TRIGGER engine_work_{name} ON engine_work; DROP FUNCTION engine_work_{name}();"
    for name in ("added", "deleted", "moved", "emptied")
)


class Migration(migrations.Migration):

    dependencies = [
        ("engine", "0013_trial_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Total",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connection_id", models.IntegerField()),
                ("flow", models.TextField()),
                ("trial", models.BooleanField()),
                ("records", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(_TRIGGERS, _NO_TRIGGERS),
        migrations.RemoveIndex(model_name="work", name="engine_work_counted"),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                fields=["connection_id", "state", "flow", "trial"],
                condition=Q(state__in=["ready", "running", "waiting", "parked", "failed", "skipped"]),
                name="engine_work_undone",
            ),
        ),
        migrations.RunSQL(_CALLS_TOGETHER, "DELETE FROM engine_course WHERE connection_id = 0"),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(
                fields=["connection_id", "at"],
                condition=~Q(name__in=["odoo", "store"]),
                name="engine_course_flows",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                fields=["connection_id", "kind", "updated_at"],
                include=["id", "odoo_id"],
                condition=Q(store_hash="gone"),
                name="engine_link_gone",
            ),
        ),
    ]
