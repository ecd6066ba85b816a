import woodoo.connections.secrets
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0002_faults_and_feeds'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='store_login',
            field=models.CharField(blank=True, default='', help_text='Of a user who may upload pictures.', max_length=200, verbose_name='WordPress login'),
        ),
        migrations.AddField(
            model_name='connection',
            name='store_password',
            field=woodoo.connections.secrets.EncryptedTextField(blank=True, default='', help_text='Of that user, made in WordPress.', verbose_name='application password'),
        ),
    ]
