"""Records the calls that an emulated AWS gets, in the words of AWS: service, operation and parameters.

The operation of a REST call is the one of botocore's models whose method, path and query parameters fit best; botocore
is a part of moto.
"""

import json
import re
from functools import lru_cache
from io import BytesIO
from urllib.parse import parse_qsl, unquote

import botocore.session

# Signing names that differ from the names of botocore's models.
MODELS = {"monitoring": "cloudwatch", "servicequotas": "service-quotas"}

CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/(?P<region>[^/]+)/(?P<service>[^/]+)/")


class Recorder:
    """A WSGI application in front of another one. GET /recorded-calls answers with all calls before, as JSON."""

    def __init__(self, application):
        self.application = application
        self.calls = []

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/recorded-calls":
            start_response("200 OK", [("content-type", "application/json")])
            return [json.dumps(self.calls).encode()]
        credential = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if not credential:
            return self.application(environ, start_response)
        call = {**credential.groupdict(), **called(environ, credential["service"])}
        self.calls.append(call)
        environ["recorded.call"] = call

        def start_recorded(status, *args, **kwargs):
            call["status"] = int(status.split(" ")[0])
            return start_response(status, *args, **kwargs)

        return self.application(environ, start_recorded)


def called(environ, service):
    """The operation and parameters of a request, and the method and path that API Gateway's permissions are made of."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    method, path = environ["REQUEST_METHOD"], environ.get("RAW_URI", environ["PATH_INFO"]).split("?")[0]
    query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    target = environ.get("HTTP_X_AMZ_TARGET")
    form = dict(parse_qsl(body.decode("latin1"))) if method == "POST" else query
    if target:
        operation, parameters = target.split(".")[-1], json.loads(body)
    elif "Action" in form:
        operation, parameters = form["Action"], form
    else:
        operation, parameters = rest_operation(service, method, path, query)
        parameters = {**json_object(body), **query, **parameters}
    return {"operation": operation, "parameters": parameters, "method": method, "path": path}


def json_object(body):
    """The fields of a JSON body; none for any other body."""
    return json.loads(body) if body.startswith(b"{") else {}


def rest_operation(service, method, path, query):
    """The operation of a REST call, and the parameters in its path."""
    path = path.rstrip("/")
    model = "apigatewayv2" if path.startswith("/v2/") and service == "apigateway" else MODELS.get(service, service)
    for name, operation_method, pattern, needed in rest_operations(model):
        match = pattern.fullmatch(path)
        # Where several operations of S3 look alike, the SDKs add the name.
        named = query.get("x-id", name) == name
        if named and operation_method == method and match and needed.items() <= query.items():
            return name, {field: unquote(value) for field, value in match.groupdict().items()}
    return f"unknown: {method} {path}", {}


@lru_cache
def rest_operations(model):
    """All operations of a service as (name, method, pattern of the path, needed query), the most special first."""
    service = botocore.session.Session().get_service_model(model)
    operations = []
    for name in service.operation_names:
        http = service.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(
            r"\\\{(\w+)(\\\+)?\\\}",
            lambda field: f"(?P<{field[1]}>{'.+' if field[2] else '[^/]+'})",
            re.escape(path.rstrip("/")),
        )
        needed = dict(parse_qsl(query, keep_blank_values=True))
        operations.append((name, http["method"], re.compile(pattern), needed))
    return sorted(operations, key=lambda found: (-len(found[3]), found[2].pattern.count("(?P"), -len(found[2].pattern)))
