"""What opens instances: keys that EC2 Instance Connect pushes, and sessions of the Session Manager.

moto takes each key without a look, and has no sessions. Here a key is refused as AWS refuses it, and the hook hears of
it: `key`, with the user and the key. A session lives until it or its instance ends.
"""

import json
import re
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2instanceconnect.responses import Ec2InstanceConnectResponse
from moto.ssm.responses import SimpleSystemManagerResponse
from emulated_ec2 import described
from wishes import WISHES

USER = re.compile(r"[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?")
KEY = re.compile(r"(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]{60,}={0,2}( \S.*)?\s*")


def find(response, instance_id):
    """The instance, or None."""
    backend = ec2_backends[response.current_account][response.region]
    return next((each for each in backend.all_instances() if each.id == instance_id), None)


def push_keys() -> None:
    """SendSSHPublicKey lets a key in for a minute.

    https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html
    """

    def send(self):
        user, key = self._get_param("InstanceOSUser", ""), self._get_param("SSHPublicKey", "")
        instance = find(self, self._get_param("InstanceId"))
        if not USER.fullmatch(user) or not KEY.fullmatch(key):
            raise JsonRESTError("InvalidArgsException", "One of the parameters is not valid.")
        if not instance:
            raise JsonRESTError("EC2InstanceNotFoundException", "The specified instance was not found.")
        if instance._state.name != "running":
            raise JsonRESTError("EC2InstanceStateInvalidException", "The instance is not in a valid state.")
        WISHES.tell("key", instance=described(instance), user=user, key=key.strip()).result()
        return json.dumps({"RequestId": str(uuid4()), "Success": True})

    Ec2InstanceConnectResponse.send_ssh_public_key = send


def hold_sessions() -> None:
    """StartSession, DescribeSessions and TerminateSession.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
    """
    sessions = []

    def start(self):
        instance = find(self, self._get_param("Target"))
        if not instance or instance._state.name != "running":
            raise JsonRESTError("TargetNotConnected", f"{self._get_param('Target')} is not connected.")
        session = {
            "SessionId": f"vm-pool-{uuid4().hex[:17]}",
            "Target": instance.id,
            "Status": "Connected",
            "StartDate": utcnow(),
            "Owner": f"arn:aws:sts::{self.current_account}:assumed-role/vm-pool/vm-pool",
        }
        sessions.append(session)
        channel = f"wss://ssmmessages.{self.region}.amazonaws.com/v1/data-channel/{session['SessionId']}"
        return ActionResult({"SessionId": session["SessionId"], "TokenValue": uuid4().hex * 4, "StreamUrl": channel})

    def describe(self):
        filters = {each["key"]: each["value"] for each in self._get_param("Filters", [])}
        active = self._get_param("State") == "Active"
        for session in sessions:
            instance = find(self, session["Target"])
            if not instance or instance._state.name != "running":
                session["Status"] = "Terminated"
        found = [
            session
            for session in sessions
            if (session["Status"] == "Connected") == active
            and filters.get("Target", session["Target"]) == session["Target"]
            and filters.get("SessionId", session["SessionId"]) == session["SessionId"]
        ]
        return ActionResult({"Sessions": found})

    def terminate(self):
        for session in sessions:
            if session["SessionId"] == self._get_param("SessionId"):
                session["Status"] = "Terminated"
        return ActionResult({"SessionId": self._get_param("SessionId")})

    SimpleSystemManagerResponse.start_session = start
    SimpleSystemManagerResponse.describe_sessions = describe
    SimpleSystemManagerResponse.terminate_session = terminate


def emulate_sessions() -> None:
    """Patches moto's EC2 Instance Connect and SSM."""
    push_keys()
    hold_sessions()
