package simulate

import (
	"errors"
	"net"
	"net/http"
	"net/url"
)

// redirect brings the requests for Microsoft to a tenant.
type redirect struct {
	address *url.URL
	there   http.RoundTripper
}

// Client does for a tenant in another process, by its URL, what [Tenant.Client]
// does. A certificate of its own must be trusted by the system (SSL_CERT_FILE).
// It fails where the address is not of this machine: what is meant for Microsoft
// never goes over a network.
func Client(address string) (*http.Client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(u.Hostname()); (ip == nil || !ip.IsLoopback()) && u.Hostname() != "localhost" {
		return nil, errors.New("not an address of this machine")
	}
	return &http.Client{Transport: &redirect{u, http.DefaultTransport}}, nil
}

// RoundTrip implements http.RoundTripper.
func (r *redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	if host := req.URL.Hostname(); microsoft(host) {
		to := req.Clone(req.Context())
		to.URL.Scheme, to.URL.Host = r.address.Scheme, r.address.Host
		to.Host = host
		return r.there.RoundTrip(to)
	}
	if req.URL.Host == r.address.Host {
		return r.there.RoundTrip(req)
	}
	return http.DefaultTransport.RoundTrip(req)
}

// microsoft reports whether a host is one that the tenant stands in for.
func microsoft(host string) bool {
	switch host {
	case "login.microsoftonline.com", "login.microsoft.com", "graph.microsoft.com", "169.254.169.254":
		return true
	}
	return false
}

// base is the address under which the client knows the tenant.
func (t *Tenant) base(r *http.Request) string {
	if r.TLS != nil || microsoft(r.Host) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
