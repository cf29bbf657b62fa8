"""An EC2 that takes its time and refuses what AWS refuses, and whose instances can be machines of the test.

In moto the next look at an instance already shows the end of each change, every change is allowed, pages are pages of
reservations, and root volumes can't be replaced. Here an instance is on its way as long as `wishes.py` says. The hook
hears of `run`, `start`, `stop`, `reboot`, `replace` and `terminate`, with id, address, tags and user data (base64).
Written for moto 5.2.
"""

import base64
import copy
import time
from uuid import uuid4

from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState
from moto.ec2.responses import EC2Response
from moto.core.responses import ActionResult
from wishes import WISHES

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}

# Longest console output that AWS returns, bytes.
CONSOLE_BYTES = 64 * 1024


class Change:
    """A change of an instance. It is over when its time is, and the hook has followed."""

    def __init__(self, what, instance):
        self.until = time.monotonic() + WISHES.transition_seconds
        self.followed = WISHES.tell(what, instance=described(instance))

    @property
    def is_over(self):
        return time.monotonic() >= self.until and self.followed.done()


class State:
    """The state of an instance. One with a change gives way to the next one when the change is over."""

    def __init__(self, name):
        self.name = name

    def go(self, via, to, change):
        self._name, self._next, self._change = via, to, change

    @property
    def name(self):
        if self._next and self._change.is_over:
            self.name = self._next
        return self._name

    @name.setter
    def name(self, name):
        self._name, self._next = name, None

    @property
    def code(self):
        return CODES[self.name]

    @code.setter
    def code(self, code):
        """moto sets it beside the name."""

    def now(self):
        name = self.name
        return InstanceState(name, CODES[name])


def described(instance):
    """What the hook has to know of an instance."""
    return {
        "id": instance.id,
        "privateIp": instance.private_ip,
        "tags": {tag["key"]: tag["value"] for tag in instance.get_tags()},
        "userData": instance.user_data.as_bytes().decode() if instance.user_data else "",
    }


def refuse_unless(instance, states, what):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (IncorrectInstanceState)"""
    if instance._state.name not in states:
        raise EC2ClientError(
            "IncorrectInstanceState",
            f"The instance '{instance.id}' is not in a state from which it can be {what}.",
        )


def take_time() -> None:
    """Instances take their time to start, stop and end, and are refused what their state does not allow."""
    start, stop, terminate = Instance.start, Instance.stop, Instance.terminate
    run = InstanceBackend.run_instances

    def begin(instance, what):
        WISHES.consoles.pop(instance.id, None)
        fails = what == "start" and WISHES.fate(instance.id, "start") == "fails"
        change = Change("failed-start" if fails else what, instance)
        instance._state.go("pending", "stopped" if fails else "running", change)
        instance.checked_at = change.until + WISHES.check_seconds

    def patched_run(self, *args, **kwargs):
        reservation = run(self, *args, **kwargs)
        for instance in reservation.instances:
            instance._state = State("pending")
            begin(instance, "run")
        return reservation

    def patched_start(self):
        refuse_unless(self, ["pending", "running", "stopped"], "started")
        before = self._state.now()
        if before.name == "stopped":
            start(self)
            self.launch_time = utcnow()
            begin(self, "start")
        return before

    def patched_stop(self):
        refuse_unless(self, ["pending", "running", "stopping", "stopped"], "stopped")
        before = self._state.now()
        if before.name in ("pending", "running"):
            stop(self)
            self._state.go("stopping", "stopped", Change("stop", self))
        return before

    def patched_terminate(self):
        before = self._state.now()
        if before.name not in ("shutting-down", "terminated"):
            change = Change("terminate", self)
            terminate(self)
            self._state.go("shutting-down", "terminated", change)
        return before

    def patched_reboot(self):
        refuse_unless(self, ["running"], "rebooted")
        Change("reboot", self)

    InstanceBackend.run_instances = patched_run
    Instance.start = patched_start
    Instance.stop = patched_stop
    Instance.terminate = patched_terminate
    Instance.reboot = patched_reboot


def check_status() -> None:
    """The status checks of an instance are "initializing" for a while after its start."""

    def status(self):
        if self._state.name != "running":
            return {"Status": "not-applicable"}
        first = "ok" if time.monotonic() >= self.checked_at else "initializing"
        passed = WISHES.fate(self.id, "checks") or first
        details = {"ok": "passed", "impaired": "failed"}
        return {"Status": passed, "Details": [{"Name": "reachability", "Status": details.get(passed, passed)}]}

    Instance.instance_status = Instance.system_status = property(status)


def page_by_instance() -> None:
    """Pages of instances, as AWS has them: a page is cut first and filtered then, so it may be empty and not the last.

    https://github.com/aws/aws-sdk-js/issues/940, https://github.com/amazon-archives/aws-sdk-core-ruby/issues/196
    """

    def describe(self):
        ids, size = self._get_param("InstanceIds", []), self._get_param("MaxResults")
        if ids and size:
            raise EC2ClientError(
                "InvalidParameterCombination",
                "The parameter instancesSet cannot be used with the parameter maxResults",
            )
        backend, filters = self.ec2_backend, self._filters_from_querystring()
        found = (
            backend.get_reservations_by_instance_ids(ids, filters=filters)
            if ids
            else backend.describe_instances(filters=filters)
        )
        known = [instance.id for reservation in backend.reservations.values() for instance in reservation.instances]
        begin = first_of_page(known, self._get_param("NextToken"))
        page = set(known[begin : begin + int(size)] if size else known[begin:])
        goes_on = size and begin + int(size) < len(known)
        token = base64.b64encode(known[begin + int(size)].encode()).decode() if goes_on else None
        return ActionResult({"Reservations": parts_of(found, page), "NextToken": token})

    def first_of_page(known, token):
        try:
            return known.index(base64.b64decode(token, validate=True).decode()) if token else 0
        except ValueError as error:
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Value ( {token} ) for parameter NextToken is invalid. The token is invalid.",
            ) from error

    def parts_of(reservations, page):
        parts = []
        for reservation in reservations:
            part = copy.copy(reservation)
            seen = [each for each in reservation.instances if not WISHES.fate(each.id, "hidden")]
            part.instances = [instance for instance in seen if instance.id in page]
            parts += [part] if part.instances else []
        return parts

    EC2Response.describe_instances = describe


def show_console() -> None:
    """The console shows the end of what the machine has printed. AWS has no output while an instance is new."""

    def output(self):
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        shown = WISHES.consoles.get(instance.id, "").encode()[-CONSOLE_BYTES:]
        said = {"Output": base64.b64encode(shown).decode()} if shown else {}
        return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), **said})

    EC2Response.get_console_output = output


class ReplaceTask:
    """A task that replaces a root volume."""

    def __init__(self, instance, delete):
        self.id = f"replacevol-{uuid4().hex[:17]}"
        self.instance, self.delete, self.start = instance, delete, utcnow()
        self.fate = WISHES.fate(instance.id, "replace")
        self.begun_at = time.monotonic() + WISHES.transition_seconds / 3
        self.change = Change("failed-replace" if self.fate else "replace", instance)
        instance.checked_at = self.change.until + WISHES.check_seconds

    @property
    def state(self):
        if time.monotonic() < self.begun_at:
            return "pending"
        if self.fate == "hangs" or not self.change.is_over:
            return "in-progress"
        return "failed" if self.fate == "fails" else "succeeded"

    def shown(self):
        return {
            "ReplaceRootVolumeTaskId": self.id,
            "InstanceId": self.instance.id,
            "TaskState": self.state,
            "StartTime": self.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "DeleteReplacedRootVolume": self.delete,
        }


def replace_root_volumes() -> None:
    """Tasks that replace root volumes. AWS looks at the token first: a repeated call gets its task in any state.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    tasks, of_token = {}, {}

    def create(self):
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        self.error_on_dryrun()
        delete = bool(self._get_param("DeleteReplacedRootVolume"))
        token = self._get_param("ClientToken") or uuid4().hex
        task = of_token.get(token)
        if task and (task.instance, task.delete) != (instance, delete):
            raise EC2ClientError(
                "IdempotentParameterMismatch",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        if not task:
            refuse_unless(instance, ["running"], "given another root volume")
            task = of_token[token] = ReplaceTask(instance, delete)
            tasks[task.id] = task
        return ActionResult({"ReplaceRootVolumeTask": task.shown()})

    def describe(self):
        ids = self._get_param("ReplaceRootVolumeTaskIds", [])
        of_instance = self._filters_from_querystring().get("instance-id")
        if unknown := [each for each in ids if each not in tasks]:
            raise EC2ClientError(
                "InvalidReplaceRootVolumeTaskId.NotFound",
                f"The replace root volume task ID '{unknown[0]}' does not exist",
            )
        wanted = [tasks[each] for each in ids] if ids else tasks.values()
        found = [task.shown() for task in wanted if not of_instance or task.instance.id in of_instance]
        return ActionResult({"ReplaceRootVolumeTasks": found})

    EC2Response.create_replace_root_volume_task = create
    EC2Response.describe_replace_root_volume_tasks = describe


def emulate_ec2() -> None:
    """Patches moto's EC2."""
    take_time()
    check_status()
    page_by_instance()
    show_console()
    replace_root_volumes()
