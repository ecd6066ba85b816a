"""Every address of the service."""

from __future__ import annotations

from django.urls import path

from . import health, hooks, metrics, odoo_hints, pictures
from .api import documentation
from .api.api import api
from .views import (
    account,
    alerts,
    causes,
    changes,
    configuration,
    connections,
    drift,
    history,
    home,
    imports,
    own,
    people,
    products,
    proposals,
    record,
    tokens,
    webhooks,
    work,
)

urlpatterns = [
    path("hooks/<str:token>/", hooks.receive, name="hook"),
    path("hooks/odoo/<str:token>/", odoo_hints.receive, name="odoo-hint"),
    path("hooks/odoo/<str:token>/stock/", odoo_hints.receive, {"of": "stock"}, name="odoo-hint-stock"),
    path(
        "pictures/<int:connection_id>/<str:place>/<int:odoo_id>/<int:expires>/<str:signature>/<str:name>",
        pictures.show,
        name="picture",
    ),
    path("health", health.health, name="health"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/docs", documentation.show, name="api-docs"),
    path("api/v1/", api.urls),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/add/", tokens.add, name="token-add"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("people/", people.people_list, name="people"),
    path("people/add/", people.add, name="person-add"),
    path("people/<int:user_id>/role/", people.role, name="person-role"),
    path("people/<int:user_id>/switch/", people.switch, name="person-switch"),
    path("people/<int:user_id>/password/", people.password, name="person-password"),
    path("changes/", changes.change_list, name="changes"),
    path("login/", account.login, name="login"),
    path("login/code/", account.login_code, name="login-code"),
    path("account/", own.own, name="own"),
    path("account/password/", own.own_password, name="own-password"),
    path("account/factor/", own.factor_begin, name="factor-begin"),
    path("account/factor/confirm/", own.factor_confirm, name="factor-confirm"),
    path("account/factor/remove/", own.factor_remove, name="factor-remove"),
    path("people/<int:user_id>/factor/", people.factor, name="person-factor"),
    path("logout/", account.logout, name="logout"),
    path("", home.home, name="home"),
    path("work/", work.work_list, name="work"),
    path("work/retry/", work.retry_many, name="retry-many"),
    path("work/skip/", work.skip_many, name="skip-many"),
    path("work/retry-all/", work.retry_all, name="retry-all"),
    path("work/skip-all/", work.skip_all, name="skip-all"),
    path("work/causes/", causes.causes, name="causes"),
    path("work/drift/", drift.drift, name="drift"),
    path("work/<int:work_id>/", record.journey, name="journey"),
    path("work/<int:work_id>/retry/", work.retry_one, name="retry"),
    path("work/<int:work_id>/skip/", work.skip_one, name="skip"),
    path("work/<int:work_id>/calls/<int:call_id>/", record.call, name="call"),
    path("connections/", connections.connection_list, name="connections"),
    path("connections/add/", connections.connection_add, name="connection-add"),
    path("connections/<int:connection_id>/", connections.connection, name="connection"),
    path("connections/<int:connection_id>/edit/", connections.connection_edit, name="connection-edit"),
    path("connections/<int:connection_id>/test/", connections.connection_test, name="connection-test"),
    path("connections/<int:connection_id>/try/", connections.try_now, name="connection-try"),
    path("connections/<int:connection_id>/webhook-secret/", webhooks.webhook_secret, name="webhook-secret"),
    path("connections/<int:connection_id>/webhooks/", webhooks.look_now, name="webhooks-look"),
    path("connections/<int:connection_id>/history/", history.history, name="history"),
    path("connections/<int:connection_id>/history/import/", history.start, name="import-start"),
    path("connections/<int:connection_id>/products/", products.products, name="products"),
    path("connections/<int:connection_id>/products/<str:way>/", products.start, name="products-start"),
    path("imports/<int:import_id>/<str:what>/", imports.change, name="import-change"),
    path("connections/<int:connection_id>/configuration/", configuration.configuration, name="configuration"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("connections/<int:connection_id>/alerts/", alerts.connection_alerts, name="connection-alerts"),
    path("connections/<int:connection_id>/alerts/add/", alerts.channel_add, name="channel-add"),
    path("connections/<int:connection_id>/alerts/<str:mark>/test/", alerts.channel_test, name="channel-test"),
    path("connections/<int:connection_id>/alerts/<str:mark>/remove/", alerts.channel_remove, name="channel-remove"),
    path("connections/<int:connection_id>/proposals/", proposals.proposals, name="proposals"),
    path("connections/<int:connection_id>/proposals/take/", proposals.take, name="proposals-take"),
]

handler400 = account.bad_request
handler403 = account.forbidden
handler404 = account.not_found
handler500 = account.broken
