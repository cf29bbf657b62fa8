"""What a test wants of the emulated AWS: how fast its instances are, which calls fail, and who hears of changes.

A test writes wishes as JSON, PUT /wishes; each one replaces or extends the earlier ones. GET /wishes answers when the hook
has heard of every change so far.

  hook               URL that is told of each change of an instance; the change ends when it has answered
  transitionSeconds  how long an instance takes to start, to stop and to get another root volume
  checkSeconds       how long the status checks of an instance are "initializing" after a start
  faults             [{operation, code, status, message?, instance?, times?}]: the next `times` calls fail this way
  fates              {INSTANCE_ID: {start: "fails", replace: "fails" | "hangs", checks: "impaired", hidden: true}}
  consoles           {INSTANCE_ID: TEXT}: more output of a serial console
"""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape

# Longest that a test may take to follow a change, seconds.
HOOK_SECONDS = 60

# As AWS writes it, by the service in the signature; each other service here speaks JSON.
ERRORS_IN_XML = {"ec2"}


class Wishes:
    """The wishes so far."""

    def __init__(self):
        self.hook = None
        self.transition_seconds = 0.0
        self.check_seconds = 0.0
        self.faults = []
        self.fates = {}
        self.consoles = {}
        self.workers = ThreadPoolExecutor(max_workers=32)
        self.told = []

    def add(self, said):
        self.hook = said.get("hook", self.hook)
        self.transition_seconds = said.get("transitionSeconds", self.transition_seconds)
        self.check_seconds = said.get("checkSeconds", self.check_seconds)
        self.faults += [dict(fault) for fault in said.get("faults", [])]
        for instance_id, fate in said.get("fates", {}).items():
            self.fates[instance_id] = {**self.fates.get(instance_id, {}), **fate}
        for instance_id, text in said.get("consoles", {}).items():
            self.consoles[instance_id] = self.consoles.get(instance_id, "") + text

    def fate(self, instance_id, what):
        return self.fates.get(instance_id, {}).get(what)

    def fault_of(self, call):
        """The fault of a call, if it has one. It is used up a little."""
        for fault in self.faults:
            about = fault.get("instance")
            if fault["operation"] != call["operation"] or (about and about not in call["parameters"].values()):
                continue
            fault["times"] = fault.get("times", 1) - 1
            if fault["times"] <= 0:
                self.faults.remove(fault)
            return fault
        return None

    def tell(self, change, **about):
        """Tells the hook of a change. @returns a future that is done when the hook has answered"""
        said = {"change": change, **about}
        future = self.workers.submit(self._say, said) if self.hook else self.workers.submit(lambda: None)
        self.told.append(future)
        return future

    def _say(self, said):
        request = Request(self.hook, json.dumps(said).encode(), {"content-type": "application/json"})
        with urlopen(request, timeout=HOOK_SECONDS) as answer:
            answer.read()


WISHES = Wishes()


class WishesFirst:
    """A WSGI application in front of another one: it takes wishes, and answers the calls that are to fail."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/wishes":
            if environ["REQUEST_METHOD"] == "PUT":
                WISHES.add(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
            else:
                wait(WISHES.told)
            start_response("204 No Content", [])
            return []
        call = environ.get("recorded.call")
        fault = WISHES.fault_of(call) if call else None
        return self.application(environ, start_response) if fault is None else failed(call, fault, start_response)


def failed(call, fault, start_response):
    code, message = fault["code"], fault.get("message", "a test wants it")
    if call["service"] in ERRORS_IN_XML:
        kind = "text/xml"
        error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        body = f"<Response><Errors>{error}</Errors><RequestID>emulated</RequestID></Response>"
    else:
        kind = "application/x-amz-json-1.1"
        body = json.dumps({"__type": code, "message": message})
    start_response(f"{fault['status']} Failed", [("content-type", kind), ("content-length", str(len(body.encode())))])
    return [body.encode()]
