"""Serves moto's emulation of AWS on a free port of this machine until its standard input ends.

It prints the address to standard output. When its parent process ends, in whatever way, standard input ends too, so no
server is left behind.

A few answers of moto differ from those of AWS, and Terraform then waits forever or plans the same change again and
again. Each patch below corrects one such answer, or adds a call that moto lacks; they were written for moto 5.2.
"""

import json
import re
import sys
import time
import uuid

from moto.apigatewayv2.models import DomainName
from moto.awslambda.models import LambdaFunction
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import ActionResult, CloudWatchResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import RestoredPITTable, RestoredTable
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.kms.models import KmsBackend
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse
from moto.moto_server import threaded_moto_server
from moto.servicequotas.responses import ServiceQuotasResponse
from emulated_ec2 import emulate_ec2
from emulated_sessions import emulate_sessions
from recorder import Recorder
from wishes import WishesFirst


def keep_logging_config() -> None:
    """moto drops a function's LoggingConfig; AWS returns it in every description of the function."""
    create = LambdaFunction.__init__
    describe = LambdaFunction.get_configuration
    update = LambdaFunction.update_configuration

    def patched_create(self, account_id, spec, *args, **kwargs):
        self.logging_config = spec.get("LoggingConfig")
        create(self, account_id, spec, *args, **kwargs)

    def patched_describe(self, *args, **kwargs):
        described = describe(self, *args, **kwargs)
        if self.logging_config:
            described["LoggingConfig"] = self.logging_config
        return described

    def patched_update(self, updates):
        self.logging_config = updates.get("LoggingConfig", self.logging_config)
        return update(self, updates)

    LambdaFunction.__init__ = patched_create
    LambdaFunction.get_configuration = patched_describe
    LambdaFunction.update_configuration = patched_update


def take_every_request_for_tls() -> None:
    """moto ignores conditions, so a bucket policy that denies requests without TLS, or with old TLS, denies all.

    Here such a statement denies nothing, as if each request used TLS 1.3.
    """
    is_action_permitted = IAMPolicyStatement.is_action_permitted

    def patched(self, *args, **kwargs):
        condition = json.dumps(self._statement.get("Condition", ""))
        if "aws:SecureTransport" in condition or "s3:TlsVersion" in condition:
            return PermissionResult.NEUTRAL
        return is_action_permitted(self, *args, **kwargs)

    IAMPolicyStatement.is_action_permitted = patched


def know_the_quota_of_lambda() -> None:
    """moto knows only the quotas of VPC. Here the account may run 1000 functions at once, AWS's default."""

    def quota(self):
        asked = json.loads(self.body)
        return json.dumps({"Quota": {**asked, "QuotaArn": "arn:aws:servicequotas", "Value": 1000.0}})

    ServiceQuotasResponse.get_service_quota = quota
    ServiceQuotasResponse.get_aws_default_service_quota = quota


def know_composite_alarms() -> None:
    """moto keeps the rule of a composite alarm, but lacks the call that makes one.

    AWS refuses a rule with an alarm that does not exist, and keeps an alarm as long as a rule names it. It returns
    composite alarms only to callers who ask for them.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html (AlarmTypes)
    https://github.com/hashicorp/terraform-provider-aws/issues/34807 (the error about an alarm in a rule)
    """
    describe = CloudWatchResponse.describe_alarms
    delete = CloudWatchBackend.delete_alarms

    def named_in(rule):
        return re.findall(r'\(\s*"?([^")]+?)"?\s*\)', rule)

    def put(self):
        known = self.cloudwatch_backend.alarms
        name = self._get_param("AlarmName")
        unknown = [child for child in named_in(self._get_param("AlarmRule")) if child not in known]
        if unknown:
            raise ValidationError(
                f"Could not save the composite alarm as alarms {unknown} in the alarm rule do not exist"
            )
        state = known[name].state_value if name in known else "INSUFFICIENT_DATA"
        answer = self.put_metric_alarm()
        known[name].state_value = state
        return answer

    def patched_describe(self):
        answer = describe(self).result
        types = self._get_param("AlarmTypes") or ["MetricAlarm"]
        return ActionResult({kind: alarms if kind[:-1] in types else [] for kind, alarms in answer.items()})

    def patched_delete(self, alarm_names):
        rules = [alarm.rule for name, alarm in self.alarms.items() if alarm.rule and name not in alarm_names]
        kept = sorted({child for rule in rules for child in named_in(rule)} & set(alarm_names))
        if kept:
            raise ValidationError(
                f"Cannot delete {','.join(kept)} as there are composite alarm(s) depending on them."
            )
        delete(self, alarm_names)

    CloudWatchResponse.put_composite_alarm = put
    CloudWatchResponse.describe_alarms = patched_describe
    CloudWatchBackend.delete_alarms = patched_delete


def know_query_definitions() -> None:
    """moto lacks the saved queries of CloudWatch Logs Insights.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
    """
    fields = ["name", "queryString", "logGroupNames", "queryLanguage", "parameters"]
    create = LogsBackend.__init__

    def patched_create(self, *args, **kwargs):
        create(self, *args, **kwargs)
        self.query_definitions = {}

    def put(self):
        definitions = self.logs_backend.query_definitions
        key = self._get_param("queryDefinitionId") or str(uuid.uuid4())
        if self._get_param("queryDefinitionId") and key not in definitions:
            raise ResourceNotFoundException("The specified query definition does not exist.")
        given = {field: self._get_param(field) for field in fields if self._get_param(field)}
        definitions[key] = {
            "queryDefinitionId": key,
            "queryLanguage": "CWLI",
            "lastModified": int(time.time() * 1000),
            **given,
        }
        return json.dumps({"queryDefinitionId": key})

    def describe(self):
        prefix = self._get_param("queryDefinitionNamePrefix") or ""
        found = [
            definition
            for definition in self.logs_backend.query_definitions.values()
            if definition["name"].startswith(prefix)
        ]
        return json.dumps({"queryDefinitions": found})

    def delete(self):
        if not self.logs_backend.query_definitions.pop(self._get_param("queryDefinitionId"), None):
            raise ResourceNotFoundException("The specified query definition does not exist.")
        return json.dumps({"success": True})

    LogsBackend.__init__ = patched_create
    LogsResponse.put_query_definition = put
    LogsResponse.describe_query_definitions = describe
    LogsResponse.delete_query_definition = delete


def finish_custom_domains() -> None:
    """In moto the custom domain of an HTTP API never becomes AVAILABLE and lacks the target of its DNS record."""
    create = DomainName.__init__
    describe = DomainName.to_json

    def patched_create(self, *args, **kwargs):
        create(self, *args, **kwargs)
        for configuration in self.domain_name_configurations:
            configuration.setdefault("domainNameStatus", "AVAILABLE")
            configuration.setdefault(
                "apiGatewayDomainName", "d-emulated.execute-api.us-east-1.amazonaws.com"
            )
            configuration.setdefault("hostedZoneId", "Z1UJRXOUMOOFQ8")

    def patched_describe(self):
        described = describe(self)
        if not described["mutualTlsAuthentication"]:
            del described["mutualTlsAuthentication"]
        return described

    DomainName.__init__ = patched_create
    DomainName.to_json = patched_describe


def refuse_to_sign_with_disabled_keys() -> None:
    """moto signs with every key; AWS refuses one that is disabled.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#API_Sign_Errors
    """
    sign = KmsBackend.sign

    def patched(self, key_id, *args, **kwargs):
        key = self.describe_key(key_id)
        if not key.enabled:
            raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
        return sign(self, key_id, *args, **kwargs)

    KmsBackend.sign = patched


def restore_tables_with_their_settings() -> None:
    """moto restores a table without its encryption and its billing mode; AWS restores both.

    And moto's tables can be restored to one moment only. Here they can be restored to any later one, as of now: moto
    keeps no past.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_restores.html
    """
    of_table = RestoredPITTable._parse_params_from_table
    of_backup = RestoredTable._parse_params_from_backup
    describe = DynamoDBBackend.describe_continuous_backups

    def kept(table):
        return {"billing_mode": table.billing_mode, "sse_specification": table.sse_specification}

    def patched_describe(self, table_name):
        described = describe(self, table_name)
        recovery = described["PointInTimeRecoveryDescription"]
        if "LatestRestorableDateTime" in recovery:
            recovery["LatestRestorableDateTime"] = unix_time()
        return described

    RestoredPITTable._parse_params_from_table = lambda self, table: {**of_table(self, table), **kept(table)}
    RestoredTable._parse_params_from_backup = lambda self, backup: {**of_backup(self, backup), **kept(backup.table)}
    DynamoDBBackend.describe_continuous_backups = patched_describe


def record_calls() -> None:
    """Puts a recorder before moto, and between them what makes calls fail when a test wants it."""
    application = threaded_moto_server.DomainDispatcherApplication
    threaded_moto_server.DomainDispatcherApplication = lambda create_app: Recorder(WishesFirst(application(create_app)))


def main() -> None:
    keep_logging_config()
    take_every_request_for_tls()
    know_the_quota_of_lambda()
    know_composite_alarms()
    know_query_definitions()
    finish_custom_domains()
    refuse_to_sign_with_disabled_keys()
    restore_tables_with_their_settings()
    emulate_ec2()
    emulate_sessions()
    record_calls()
    server = threaded_moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
