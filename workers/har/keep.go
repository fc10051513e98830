package har

import (
	"strings"
)

// isTelemetry reports whether a host receives telemetry: a collector of
// Microsoft's telemetry clients, of the older Aria, or of Office, Windows and
// their crash reports. The register of hosts in the catalog says more of each; a
// test holds the two together.
func isTelemetry(host string) bool {
	for _, end := range telemetryHosts() {
		if host == end || strings.HasSuffix(host, "."+end) {
			return true
		}
	}
	return false
}

// TelemetryHosts lists the hosts whose requests carry telemetry; hosts below one
// are meant too.
func TelemetryHosts() []string { return telemetryHosts() }

func telemetryHosts() []string {
	return []string{
		"events.data.microsoft.com", "pipe.aria.microsoft.com", "telemetry.microsoft.com",
		"nexus.officeapps.live.com", "nexusrules.officeapps.live.com",
		"v10.data.microsoft.com", "v20.data.microsoft.com", "vortex.data.microsoft.com", "vortex-win.data.microsoft.com",
		"settings-win.data.microsoft.com",
	}
}

// kept reports whether a field of a request is one that remains, whatever the
// host. Everything else can be content.
func kept(path string) bool {
	switch path {
	case "startedDateTime", "time", "pageref", "serverIPAddress",
		"request.method", "request.httpVersion", "request.headersSize", "request.bodySize", "request.postData.mimeType",
		"response.status", "response.httpVersion", "response.headersSize", "response.bodySize",
		"response.content.size", "response.content.mimeType":
		return true
	}
	return strings.HasPrefix(path, "timings.") && !strings.Contains(path, "_") && !strings.HasSuffix(path, "comment")
}

// isTechnical reports whether a header or parameter, in lower case, says how
// telemetry is sent and nothing else.
func isTechnical(name string) bool {
	switch name {
	case "accept", "accept-encoding", "content-type", "content-length", "content-encoding", "date", "server", "user-agent",
		"apikey", "x-apikey", "client-id", "client-version", "sdk-version", "upload-time", "noresponsebody", "cors", "w",
		"time-delta-millis", "time-delta-to-apply-millis", "kill-tokens", "kill-duration", "collector-error":
		return true
	}
	return false
}

// isSecret reports whether the name of a header or parameter, in lower case,
// says that it opens a door.
func isSecret(name string) bool {
	if name == "apikey" || name == "x-apikey" { // the key of a program, which every copy of it holds
		return false
	}
	for _, word := range []string{
		"cookie", "auth", "token", "ticket", "secret", "passw", "session", "credential", "csrf", "xsrf", "signature", "api-key", "apikey",
	} {
		if strings.Contains(name, word) {
			return true
		}
	}
	switch name {
	case "sig", "code", "key", "sid", "assertion", "nonce", "state":
		return true
	}
	return false
}

// isToken reports whether a value is a token by its looks: a JSON web token
// (RFC 7519: three parts, the first of which begins with {" in base64), or the
// value of an Authorization header.
func isToken(value string) bool {
	const least = 30
	if len(value) < least {
		return false
	}
	if strings.HasPrefix(value, "Bearer ") || strings.HasPrefix(value, "Basic ") {
		return true
	}
	at := strings.Index(value, "eyJ")
	return at >= 0 && strings.Count(value[at:], ".") >= 2 && !strings.ContainsAny(value[at:], " \t\n")
}
