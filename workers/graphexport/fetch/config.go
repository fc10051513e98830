package fetch

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"inzage/schema"
)

// Config says where the organisation's Microsoft 365 is and how to sign in.
type Config struct {
	// Tenant and Client are the ids of the Entra tenant and of the application
	// that is registered in it. A managed identity needs no Client unless it is
	// a user-assigned one.
	Tenant string
	Client string
	SignIn SignIn
	Cloud  Cloud
	// Storage is where Microsoft writes the exports.
	Storage Storage
	Times   Times
	// HTTP carries all requests, sign-in included; nil is one of
	// Go's own, with its proxies from the environment.
	HTTP *http.Client
}

// SignIn is how the application proves who it is.
type SignIn struct {
	Kind Kind
	// Secret is the client secret, or the password of the certificate file.
	Secret schema.Personal
	// Certificate holds certificate and key, PEM or PKCS#12.
	Certificate schema.Personal
	// TokenFile is the file of the federated token, for a workload identity;
	// empty leaves it to AZURE_FEDERATED_TOKEN_FILE.
	TokenFile string
}

// Kind is a way to sign in.
type Kind string

// The ways to sign in.
const (
	ClientSecret     Kind = "secret"
	Certificate      Kind = "certificate"
	ManagedIdentity  Kind = "managed-identity"
	WorkloadIdentity Kind = "workload-identity"
)

// Cloud is one of Microsoft's separate clouds.
type Cloud string

// The clouds. Only in the public one is exportPersonalData documented to exist.
const (
	Public       Cloud = "public"
	USGovernment Cloud = "us-government"
	China        Cloud = "china"
)

// Storage is the storage account that receives the exports.
type Storage struct {
	Account string
	// Key is one of the account's keys. It signs what Microsoft is given: a
	// signature without it lives seven days, an export up to thirty.
	Key schema.Personal
	// ByKey uses the key for reading and deleting too, where the application has
	// no role on the account.
	ByKey bool
	// Endpoint is the address of the blob service where it is not the cloud's
	// own, such as an emulator's.
	Endpoint string
}

// Times are how long things take. Zero stands for the value said.
type Times struct {
	Grace    time.Duration // until an order that was cut off can no longer arrive; 10 minutes
	Settle   time.Duration // until an operation that is not listed never will be; 1 day
	Deadline time.Duration // until an export that is not ready never will be; 30 days
	Life     time.Duration // how long Microsoft may write; 40 days
	Throttle time.Duration // after the first 429, doubled each time up to a day; 1 hour
	Retry    time.Duration // before the first repeat of a request that failed, doubled each time; 1 second
	// Polls say how often to ask, by the age of the order: the first that the
	// age is below counts. An export is ready after one to thirty days and its
	// progress is looked at daily, so asking more often buys nothing.
	Polls []Poll
}

// Poll is one line of the schedule.
type Poll struct {
	Below time.Duration // age of the order; zero is any
	Every time.Duration
}

func (t Times) filled() Times {
	for _, d := range []struct {
		have *time.Duration
		want time.Duration
	}{
		{&t.Grace, 10 * time.Minute},
		{&t.Settle, 24 * time.Hour},
		{&t.Deadline, 30 * 24 * time.Hour},
		{&t.Life, 40 * 24 * time.Hour},
		{&t.Throttle, time.Hour},
		{&t.Retry, time.Second},
	} {
		if *d.have == 0 {
			*d.have = d.want
		}
	}
	if len(t.Polls) == 0 {
		t.Polls = []Poll{{6 * time.Hour, 2 * time.Hour}, {7 * 24 * time.Hour, 6 * time.Hour}, {0, 12 * time.Hour}}
	}
	return t
}

// next is how long to wait until an order of this age is asked about again.
func (t Times) next(age time.Duration) time.Duration {
	for _, p := range t.Polls {
		if p.Below == 0 || age < p.Below {
			return p.Every
		}
	}
	return t.Polls[len(t.Polls)-1].Every
}

// query is how long to wait until a query of the audit log of this age is asked
// about again: it takes minutes, or hours where there is much. It is never longer
// than for an export.
func (t Times) query(age time.Duration) time.Duration {
	return min(max(age/4, time.Minute), t.next(age))
}

// throttled is how long to wait after the nth 429 in a row, from 1.
func (t Times) throttled(n int) time.Duration {
	return min(t.Throttle<<min(n-1, 10), max(t.Throttle, 24*time.Hour))
}

// Missing names the first setting that is missing or cannot be used, or is
// empty: those of MissingToAsk, "storage-account", "storage-key",
// "storage-endpoint".
func (c Config) Missing() string {
	if missing := c.MissingToAsk(); missing != "" {
		return missing
	}
	switch {
	case !regexp.MustCompile(`^[a-z0-9]{3,24}$`).MatchString(c.Storage.Account):
		return "storage-account"
	case c.Storage.Key.IsEmpty():
		return "storage-key"
	}
	if c.Storage.Endpoint != "" && !safe(c.Storage.Endpoint) {
		return "storage-endpoint"
	}
	return ""
}

// safe reports whether what goes to an address is encrypted on its way, or does not
// leave this machine.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// MissingToAsk is Missing for who asks Graph and uses no storage: "tenant",
// "client", "sign-in", "secret", "certificate", "cloud".
func (c Config) MissingToAsk() string {
	guid := regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	switch {
	case !guid.MatchString(c.Tenant):
		return "tenant"
	case c.Client == "" && c.SignIn.Kind != ManagedIdentity, c.Client != "" && !guid.MatchString(c.Client):
		return "client"
	}
	switch c.SignIn.Kind {
	case ClientSecret:
		if c.SignIn.Secret.IsEmpty() {
			return "secret"
		}
	case Certificate:
		if c.SignIn.Certificate.IsEmpty() {
			return "certificate"
		}
	case ManagedIdentity, WorkloadIdentity:
	default:
		return "sign-in"
	}
	switch c.Cloud {
	case "", Public, USGovernment, China:
	default:
		return "cloud"
	}
	return ""
}

// graphEndpoint is Graph's address in the cloud.
func (c Cloud) graphEndpoint() string {
	switch c {
	case USGovernment:
		return "https://graph.microsoft.us"
	case China:
		return "https://microsoftgraph.chinacloudapi.cn"
	default:
		return "https://graph.microsoft.com"
	}
}

// blobEndpoint is the address of an account's blob service in the cloud.
func (c Config) blobEndpoint() string {
	var suffix string
	switch c.Cloud {
	case USGovernment:
		suffix = "core.usgovcloudapi.net"
	case China:
		suffix = "core.chinacloudapi.cn"
	default:
		suffix = "core.windows.net"
	}
	if c.Storage.Endpoint != "" {
		return strings.TrimSuffix(c.Storage.Endpoint, "/") + "/"
	}
	return "https://" + c.Storage.Account + ".blob." + suffix + "/"
}
