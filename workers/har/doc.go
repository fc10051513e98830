// Package har reads captures of network traffic and takes the telemetry out of
// them: in the form that browsers and proxies save (HTTP Archive 1.2, "HAR"), as
// the archives of Fiddler (.saz), and as the flows of mitmproxy.
//
// A capture holds far more than telemetry: cookies, passwords, pages, documents.
// So what is not needed is left out here, where it comes in, and counted:
//
//   - of a request to a host that receives no telemetry only the host, the
//     method, the moment, the sizes and the outcome remain; never its address,
//     headers or content;
//   - of a request that carries telemetry also the headers and parameters that
//     say how it was sent (a fixed list), and the events in its body;
//   - cookies, credentials and tokens never come through
//     (schema.RepairSecret); the rest that was left out is
//     schema.RepairContent.
//
// Records are one for the capture as a whole, one for each request, and behind
// that one for each event in its body, whose paths are those of the event itself,
// as the Diagnostic Data Viewer shows them. What this package says itself has
// paths that begin with "capture.".
//
// A body is a line of JSON for each event ("application/x-json-stream"), as text,
// in base64 or compressed; HAR 1.2 has no word for how a body is written down, so
// all are tried. Bodies in Bond, a binary form, are counted as opaque
// (schema.RepairOpaque): their size, host, time and key can be compared, not what
// is in them.
//
// The other two forms are told with the paths of HAR, so that one list says what
// remains of all three (wire.go). Of an answer only the status and headers are
// looked at.
//
// The facts are those of "HTTP Archive (HAR) format", W3C Web Performance
// working group, 2012, and of Microsoft's sources of its telemetry clients
// (ApplicationInsights-JS, cpp_client_telemetry).
package har
